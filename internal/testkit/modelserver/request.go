package modelserver

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
)

// Request is a request as the server saw it.
type Request struct {
	// Path is that of the URL, as "/v1/chat/completions".
	Path string
	// Header is without Authorization.
	Header http.Header
	// Body is the whole body.
	Body json.RawMessage

	Model    string
	Messages []Message
	// Format is the type of response_format, "" where none is asked for, and
	// Schema its JSON schema.
	Format string
	Schema json.RawMessage
	// Name is the name of the JSON schema, which is the prompt's. A client that
	// fell back from response_format states it in words, as
	// `JSON schema "questions"`, and is understood too.
	Name string
	// Inputs are the texts to embed.
	Inputs []string
}

// Message is one message of a chat.
type Message struct {
	Role    string `json:"role"`
	Content string `json:"content"`
}

// System is the text of the system messages.
func (r Request) System() string { return r.said("system") }

// User is the text of the user's messages, with a blank line between them.
func (r Request) User() string { return r.said("user") }

func (r Request) said(role string) string {
	var texts []string
	for _, m := range r.Messages {
		if m.Role == role {
			texts = append(texts, m.Content)
		}
	}
	return strings.Join(texts, "\n\n")
}

var stated = regexp.MustCompile(`JSON schema "([a-z0-9_]+)"`)

func parse(r *http.Request, body []byte) (Request, error) {
	request := Request{Path: r.URL.Path, Header: r.Header.Clone(), Body: body}
	request.Header.Del("Authorization")
	var got struct {
		Model          string
		Messages       []Message
		Input          json.RawMessage
		ResponseFormat struct {
			Type       string
			JSONSchema struct {
				Name   string
				Schema json.RawMessage
			} `json:"json_schema"`
		} `json:"response_format"`
	}
	if err := json.Unmarshal(body, &got); err != nil {
		return request, err
	}
	request.Model, request.Messages = got.Model, got.Messages
	request.Format, request.Schema = got.ResponseFormat.Type, got.ResponseFormat.JSONSchema.Schema
	request.Name = got.ResponseFormat.JSONSchema.Name
	if m := stated.FindStringSubmatch(request.System()); request.Name == "" && m != nil {
		request.Name = m[1]
	}
	if got.Input == nil {
		return request, nil
	}
	inputs, err := texts(got.Input)
	request.Inputs = inputs
	return request, err
}

// texts reads an input, which is a text or several.
func texts(input json.RawMessage) ([]string, error) {
	var one string
	if json.Unmarshal(input, &one) == nil {
		return []string{one}, nil
	}
	var several []string
	if err := json.Unmarshal(input, &several); err != nil {
		return nil, fmt.Errorf("input: %w", err)
	}
	return several, nil
}
