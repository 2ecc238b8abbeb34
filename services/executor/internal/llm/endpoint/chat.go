package endpoint

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	"github.com/openai/openai-go/v3/shared"
)

// Format is what a chat asks an answer to be.
type Format int

// The formats, from the strictest on.
const (
	// FormatSchema is JSON of a schema, which the endpoint enforces.
	FormatSchema Format = iota
	// FormatObject is a JSON object.
	FormatObject
	// FormatText is whatever the messages ask for.
	FormatText
)

// Chat is a question to a model.
type Chat struct {
	Model    string
	Messages []Message
	Format   Format
	// Name and Schema are for FormatSchema.
	Name   string
	Schema json.RawMessage
}

// Message is one message of a chat. Role is "system", "user" or "assistant".
type Message struct{ Role, Content string }

// Answer is what a model said.
type Answer struct {
	Content string
	// Cut says that the model stopped at a limit of tokens.
	Cut bool
	// The tokens used, as the endpoint counts them; 0 where it does not.
	PromptTokens, CompletionTokens int64
	// Requests is how many requests were sent, also where there is no answer.
	Requests int
}

// Chat puts a question and returns the answer. The error is an *Error, or
// ctx's.
func (e *Endpoint) Chat(ctx context.Context, c Chat) (Answer, error) {
	var answer Answer
	params := e.params(c)
	sent, err := e.try(ctx, "chat", func(ctx context.Context, response **http.Response) error {
		got, err := e.chat.New(ctx, params, option.WithResponseInto(response))
		if err != nil {
			return err
		}
		if len(got.Choices) == 0 {
			return &Error{Cause: Cause{Status: http.StatusOK}, Message: "the response has no choices"}
		}
		first := got.Choices[0]
		answer = Answer{
			Content: first.Message.Content, Cut: first.FinishReason == "length",
			PromptTokens: max(0, got.Usage.PromptTokens), CompletionTokens: max(0, got.Usage.CompletionTokens),
		}
		return nil
	})
	answer.Requests = sent
	var texts []string
	for _, m := range c.Messages {
		texts = append(texts, m.Content)
	}
	return answer, discreet(err, texts)
}

func (e *Endpoint) params(c Chat) openai.ChatCompletionNewParams {
	params := openai.ChatCompletionNewParams{Model: c.Model}
	for _, m := range c.Messages {
		switch m.Role {
		case "system":
			params.Messages = append(params.Messages, openai.SystemMessage(m.Content))
		case "assistant":
			params.Messages = append(params.Messages, openai.AssistantMessage(m.Content))
		default:
			params.Messages = append(params.Messages, openai.UserMessage(m.Content))
		}
	}
	switch c.Format {
	case FormatSchema:
		params.ResponseFormat.OfJSONSchema = &shared.ResponseFormatJSONSchemaParam{JSONSchema: shared.ResponseFormatJSONSchemaJSONSchemaParam{
			Name: c.Name, Strict: openai.Bool(true), Schema: c.Schema,
		}}
	case FormatObject:
		params.ResponseFormat.OfJSONObject = &shared.ResponseFormatJSONObjectParam{}
	}
	if len(e.cfg.Extra) > 0 {
		params.SetExtraFields(e.cfg.Extra)
	}
	return params
}
