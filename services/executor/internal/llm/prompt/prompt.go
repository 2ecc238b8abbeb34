// Package prompt renders prompts from templates in files, so that their words
// can be read, reviewed and versioned like code.
//
// A prompt named "themes" in version 2 is three files:
//
//	themes.v2.zh.tmpl     what is said in Chinese
//	themes.v2.en.tmpl     what is said in English
//	themes.v2.schema.json the strict JSON schema of the answer
//
// A template file defines the templates "system" and "user", of text/template.
// Beside its own functions there are fence, json and join (see Funcs). Whoever
// changes what a prompt says or its schema gives it the next number: answers
// are cached by it. The highest number is used.
package prompt

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"strconv"
	"strings"
	"text/template"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/llm"
)

// Set is a package's prompts. It is safe for concurrent use.
type Set struct{ prompts map[string]*version }

// version is one version of a prompt.
type version struct {
	number int
	words  map[events.Language]*template.Template
	schema json.RawMessage
}

// MustLoad is Load for the embedded files of a package; it panics on a fault.
func MustLoad(files fs.FS) *Set {
	set, err := Load(files)
	if err != nil {
		panic("prompt: " + err.Error())
	}
	return set
}

var fileName = regexp.MustCompile(`^([a-z][a-z0-9_]*)\.v([1-9][0-9]{0,5})\.(zh\.tmpl|en\.tmpl|schema\.json)$`)

// Load reads the prompts in files and all folders below. A file of another
// name, a template that does not parse, a schema that is not strict, and a
// prompt whose newest version is incomplete are faults.
func Load(files fs.FS) (*Set, error) {
	set := &Set{prompts: map[string]*version{}}
	err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		if err := set.add(files, name); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for name, v := range set.prompts {
		if len(v.words) < 2 || v.schema == nil {
			return nil, fmt.Errorf("%s.v%d: one of its three files is missing", name, v.number)
		}
	}
	return set, nil
}

// add reads a file, unless a newer version of its prompt is known.
func (s *Set) add(files fs.FS, file string) error {
	parts := fileName.FindStringSubmatch(path.Base(file))
	if parts == nil {
		return fmt.Errorf("not the name of a prompt's file")
	}
	content, err := fs.ReadFile(files, file)
	if err != nil {
		return err
	}
	number, _ := strconv.Atoi(parts[2]) // digits, by the pattern
	v := s.prompts[parts[1]]
	switch {
	case v == nil || v.number < number:
		v = &version{number: number, words: map[events.Language]*template.Template{}}
		s.prompts[parts[1]] = v
	case v.number > number:
		return nil
	}
	return v.set(parts[3], content)
}

func (v *version) set(kind string, content []byte) (err error) {
	switch kind {
	case "schema.json":
		v.schema, err = strict(content)
	case "zh.tmpl":
		v.words[events.Chinese], err = parse(content)
	default:
		v.words[events.English], err = parse(content)
	}
	return err
}

func parse(content []byte) (*template.Template, error) {
	t, err := template.New("").Option("missingkey=error").Funcs(Funcs).Parse(string(content))
	if err != nil {
		return nil, err
	}
	for _, name := range []string{"system", "user"} {
		if t.Lookup(name) == nil {
			return nil, fmt.Errorf("template %q is not defined", name)
		}
	}
	return t, nil
}

// Render makes the newest version of a prompt in a language. Where the user's
// message fences data, the system message ends with the rule that it is data.
// An error says that there is no such prompt or that data does not fit it: a
// fault of the program.
func (s *Set) Render(name string, language events.Language, data any) (llm.Prompt, error) {
	v, ok := s.prompts[name]
	if !ok {
		return llm.Prompt{}, fmt.Errorf("prompt %s: unknown", name)
	}
	words := v.words[events.Chinese]
	if language == events.English {
		words = v.words[events.English]
	}
	system, err := execute(words, "system", data)
	if err != nil {
		return llm.Prompt{}, fmt.Errorf("prompt %s: %w", name, err)
	}
	user, err := execute(words, "user", data)
	if err != nil {
		return llm.Prompt{}, fmt.Errorf("prompt %s: %w", name, err)
	}
	if strings.Contains(system+user, fenceOpen) {
		system += "\n\n" + language.Pick(ruleChinese, ruleEnglish)
	}
	return llm.Prompt{Name: name, Version: v.number, System: system, User: user, Schema: v.schema}, nil
}

func execute(t *template.Template, name string, data any) (string, error) {
	var text strings.Builder
	if err := t.ExecuteTemplate(&text, name, data); err != nil {
		return "", err
	}
	return strings.TrimSpace(text.String()), nil
}
