package endpoint

import (
	"errors"
	"net/http"
	"testing"
)

func TestQuestionsFollowRedirectionsOnTheirHostAlone(t *testing.T) {
	for next, follows := range map[string]bool{
		"https://model.example/v1/":  true,
		"http://model.example/v1/":   false, // the key would travel in the clear
		"https://another.example/v1": false,
	} {
		first, _ := http.NewRequest(http.MethodPost, "https://model.example/v1", nil)
		then, err := http.NewRequest(http.MethodPost, next, nil)
		if err != nil {
			t.Fatal(err)
		}
		if refused := errors.Is(asItIs(then, []*http.Request{first}), http.ErrUseLastResponse); refused == follows {
			t.Errorf("%s: followed is %v", next, !refused)
		}
	}
}
