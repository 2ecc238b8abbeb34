package llm

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/citu/datapipeline/services/executor/internal/llm/endpoint"
	"github.com/citu/datapipeline/services/executor/internal/text"
)

const (
	// maxContent bounds an answer, in bytes.
	maxContent = 4 << 20
	// maxObjects bounds how many places of an answer are tried for its object.
	maxObjects = 64
)

// read finds the JSON object that fits in what the model said, whatever it says
// around it.
func read(answer endpoint.Answer, fits func([]byte) error) ([]byte, error) {
	if len(answer.Content) > maxContent {
		return nil, fmt.Errorf("the answer is longer than %d bytes", maxContent)
	}
	content, fault := object(thought(answer.Content), fits)
	switch {
	case fault == nil:
		return content, nil
	case answer.Cut:
		return nil, errors.New("it was cut off at the limit of tokens; answer more briefly")
	}
	return nil, fault
}

var (
	thinks   = regexp.MustCompile(`(?is)^\s*<think(?:ing)?>`)
	thinking = regexp.MustCompile(`(?is)^.*?</think(?:ing)?>`)
)

// thought drops what a model says to itself before it answers: <think> blocks,
// also one whose beginning is not sent.
func thought(content string) string {
	for {
		end := thinking.FindStringIndex(content)
		switch begins := thinks.MatchString(content); {
		case begins && end == nil: // it never came to an answer
			return ""
		case end == nil, !begins && strings.HasPrefix(strings.TrimSpace(content), "{"):
			return content
		}
		content = content[end[1]:]
	}
}

// object returns the first object in text that fits, or the fault of the first.
func object(text string, fits func([]byte) error) (json.RawMessage, error) {
	first := errors.New("there is no JSON object in it")
	for n := range maxObjects {
		start := strings.IndexByte(text, '{')
		if start < 0 {
			break
		}
		text = text[start:]
		var found json.RawMessage
		decoder := json.NewDecoder(strings.NewReader(text))
		fault := decoder.Decode(&found)
		rest := 1
		if fault == nil {
			if fault = fits(found); fault == nil {
				return found, nil
			}
			rest = int(decoder.InputOffset())
		} else {
			fault = fmt.Errorf("it is not valid JSON: %w", fault)
		}
		if n == 0 {
			first = fault
		}
		text = text[rest:]
	}
	return nil, first
}

// decode reads an object strictly.
func decode(content []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(content))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return err
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows the JSON object")
	}
	return nil
}

// schemas are the schemas of prompts, compiled once each.
type schemas struct{ compiled sync.Map }

// of returns a check of objects against a prompt's schema.
func (s *schemas) of(p Prompt) (func([]byte) error, error) {
	compiled, ok := s.compiled.Load(string(p.Schema))
	if !ok {
		made, err := compile(p.Schema)
		if err != nil {
			return nil, fmt.Errorf("schema: %w", err)
		}
		compiled, _ = s.compiled.LoadOrStore(string(p.Schema), made)
	}
	return func(content []byte) error {
		value, err := jsonschema.UnmarshalJSON(bytes.NewReader(content))
		if err != nil {
			return err
		}
		var invalid *jsonschema.ValidationError
		if err := compiled.(*jsonschema.Schema).Validate(value); errors.As(err, &invalid) {
			return errors.New("it does not fit the schema: " + where(invalid))
		} else if err != nil {
			return err
		}
		return nil
	}, nil
}

func compile(schema json.RawMessage) (*jsonschema.Schema, error) {
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema))
	if err != nil {
		return nil, err
	}
	compiler := jsonschema.NewCompiler()
	compiler.UseLoader(jsonschema.SchemeURLLoader{}) // a schema refers to nothing outside
	if err := compiler.AddResource("answer.json", document); err != nil {
		return nil, err
	}
	return compiler.Compile("answer.json")
}

// where says on one line what does not fit and where.
func where(invalid *jsonschema.ValidationError) string {
	_, faults, _ := strings.Cut(invalid.Error(), "\n") // the first line names the schema
	return strings.Join(strings.Fields(strings.ReplaceAll(faults, "\n- ", "; ")), " ")
}

// cut shortens a text to n bytes, and shows that it did.
func cut(s string, n int) string {
	if short := text.Cut(s, n); short != s {
		return short + "…"
	}
	return s
}
