package modelserver

import (
	"encoding/json"
	"net/http"
)

// Reply is what the model says.
type Reply struct {
	Content string
	// FinishReason is "stop" where it is empty.
	FinishReason string
	// PromptTokens and CompletionTokens are what the answer says of its use; 0
	// means 100 and 50.
	PromptTokens, CompletionTokens int64
}

// Text is a reply of this text.
func Text(content string) Reply { return Reply{Content: content} }

// JSON is a reply of this value as JSON.
func JSON(value any) Reply {
	content, err := json.Marshal(value)
	if err != nil {
		panic("modelserver: " + err.Error()) // a fault of the test itself
	}
	return Text(string(content))
}

func (r Reply) body() map[string]any {
	if r.FinishReason == "" {
		r.FinishReason = "stop"
	}
	if r.PromptTokens == 0 {
		r.PromptTokens = 100
	}
	if r.CompletionTokens == 0 {
		r.CompletionTokens = 50
	}
	return map[string]any{
		"id": "chatcmpl-1", "object": "chat.completion", "created": 1750000000, "model": Model,
		"choices": []any{map[string]any{
			"index": 0, "finish_reason": r.FinishReason,
			"message": map[string]any{"role": "assistant", "content": r.Content},
		}},
		"usage": map[string]any{
			"prompt_tokens": r.PromptTokens, "completion_tokens": r.CompletionTokens,
			"total_tokens": r.PromptTokens + r.CompletionTokens,
		},
	}
}

func (r Reply) write(w http.ResponseWriter) { write(w, http.StatusOK, r.body()) }
