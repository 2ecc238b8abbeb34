package jsonbody

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/citu/datapipeline/services/gateway/internal/apierr"
)

// read reads every kind of member that there is.
func read(body string) (*Object, error) {
	o, err := Parse([]byte(body))
	if err != nil {
		return nil, err
	}
	o.Require("name")
	o.Filled("name", 8)
	o.Bool("on", true)
	o.Integer("n", 1, 4)
	o.Word("step", 8)
	o.Words("words", 3, 4)
	o.Object("inner").Text("name", 8)
	return o, o.Finish()
}

// outline is the error as "type pointer:type pointer:type…".
func outline(err error) string {
	if err == nil {
		return ""
	}
	var e *apierr.Error
	if !errors.As(err, &e) {
		return err.Error()
	}
	s := string(e.Type)
	if len(e.Params) > 0 {
		s += fmt.Sprint(e.Params)
	}
	for _, d := range e.Details {
		s += " " + d.Pointer + ":" + string(d.Type)
	}
	return s
}

func TestFaultsAreSaidAtOnce(t *testing.T) {
	for body, want := range map[string]string{
		`{"name":"x"}`: "",
		`{"name":"x","on":false,"n":4,"step":2,"words":["a",1],"inner":{"name":"y"}}`: "",
		`{"name":"x","on":null,"n":null,"step":null,"words":null,"inner":null}`:       "",
		``:                                    "validation_failed /name:required",
		`{}`:                                  "validation_failed /name:required",
		`{"name":null}`:                       "validation_failed /name:required",
		`{"name":" \n"}`:                      "validation_failed /name:required",
		`{"name":1}`:                          "validation_failed /name:wrong_type",
		`{"name":"123456789"}`:                "validation_failed /name:too_long",
		`{"name":"x","on":"yes","n":5}`:       "validation_failed /on:wrong_type /n:out_of_range",
		`{"name":"x","n":1.5}`:                "validation_failed /n:wrong_type",
		`{"name":"x","n":1e99}`:               "validation_failed /n:wrong_type",
		`{"name":"x","words":[true,"12345"]}`: "validation_failed /words/0:wrong_type /words/1:too_long",
		`{"name":"x","words":[1,2,3,4]}`:      "validation_failed /words:too_many",
		`{"name":"x","step":[]}`:              "validation_failed /step:wrong_type",
		`{"name":"x","b/~":1,"a":1}`:          "validation_failed /a:unknown_field /b~1~0:unknown_field",
		`{"name":"x","inner":{"z":1}}`:        "validation_failed /inner/z:unknown_field",
		`{"name":"x","name":"y"}`:             "validation_failed /name:duplicate_field",
		`{"name":"a\u0000b"}`:                 "validation_failed /name:invalid_character",
		`{"name":"a\r\n\tb"}`:                 "",
		`[]`:                                  "validation_failed :wrong_type /name:required",
		`{"name":"x"} {}`:                     "malformed_json[1 14]",
		"{\n  \"name\": \"图\" x\n}":           "malformed_json[2 15]",
		`{"name":`:                            "malformed_json[1 8]",
		"{\"name\":\"\xff\"}":                 "malformed_json[1 10]",
		strings.Repeat("[", 40) + strings.Repeat("]", 40): "validation_failed " + strings.Repeat("/0", 17) + ":too_deep",
		strings.Repeat(" ", MaxBytes+1):                   "body_too_large",
	} {
		if _, err := read(body); outline(err) != want {
			t.Errorf("%.80s: %s, want %s", body, outline(err), want)
		}
	}
}

func TestFaultsHaveAnEnd(t *testing.T) {
	var body strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&body, `,"field %d":1`, i)
	}
	_, err := read(`{"name":"x"` + body.String() + `}`)
	var e *apierr.Error
	if !errors.As(err, &e) || len(e.Details) != maxDetails {
		t.Errorf("%d details", len(e.Details))
	}
}

func TestCanonicalFormDependsOnContentOnly(t *testing.T) {
	form := func(body string) string {
		o, err := Parse([]byte(body))
		if err != nil {
			t.Fatal(err)
		}
		return string(o.Canonical())
	}
	if a, b := form(`{"b":[1,{"d":2,"c":"\u56fe"}],"a":1}`), form("{ \"a\":1,\n\"b\":[1, {\"c\":\"图\",\"d\":2}]}"); a != b {
		t.Errorf("%s differs from %s", a, b)
	}
	if a, b := form(`{"a":1}`), form(`{"a":"1"}`); a == b {
		t.Errorf("a number and a text are the same: %s", a)
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{``, `{}`, `{"name":"x","words":[1,"a"],"inner":{"name":1}}`, `[[[[]]]]`, "{\"\xff\":1}", `{"a":"\ud800","n":-0.0e+1}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		o, err := read(string(body))
		var e *apierr.Error
		if err != nil && !errors.As(err, &e) {
			t.Fatalf("an error that callers cannot be shown: %v", err)
		}
		if err != nil && e.Status() >= 500 {
			t.Fatalf("a body is our fault: %v", err)
		}
		if o == nil || err != nil {
			return
		}
		again, err := Parse(o.Canonical())
		if err != nil || string(again.Canonical()) != string(o.Canonical()) {
			t.Fatalf("the canonical form %s reads back as %v", o.Canonical(), err)
		}
	})
}
