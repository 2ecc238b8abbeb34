package httpapi

import (
	"bytes"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"

	"github.com/citu/datapipeline/services/gateway/internal/apierr"
)

// described turns a route of ours into one of openapi.yaml.
var described = regexp.MustCompile(`:(\w+)`)

// contract is openapi.yaml as a router.
var contract = sync.OnceValues(func() (routers.Router, error) {
	doc, err := openapi3.NewLoader().LoadFromData(openAPI)
	if err != nil {
		return nil, err
	}
	return legacy.NewRouter(doc)
})

// hold holds an answer to openapi.yaml: its status and headers are described,
// its body, if it is JSON, has the form that is described. The request that
// was followed has to have the described form too.
func hold(tb testing.TB, r *http.Request, sent []byte, resp *http.Response, body []byte) {
	tb.Helper()
	router, err := contract()
	if err != nil {
		tb.Fatal(err)
	}
	bare := &http.Request{Method: r.Method, URL: &url.URL{Path: r.URL.Path, RawQuery: r.URL.RawQuery}, Header: r.Header, Body: io.NopCloser(bytes.NewReader(sent))}
	route, params, err := router.FindRoute(bare)
	if err != nil {
		if resp.StatusCode != http.StatusNotFound && resp.StatusCode != http.StatusMethodNotAllowed && resp.StatusCode != http.StatusForbidden && resp.StatusCode != http.StatusRequestEntityTooLarge {
			tb.Errorf("%s %s answers %d and is not described", r.Method, r.URL.Path, resp.StatusCode)
		}
		return
	}
	kind, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	options := &openapi3filter.Options{IncludeResponseStatus: true, MultiError: true, ExcludeResponseBody: kind != "application/json"}
	request := &openapi3filter.RequestValidationInput{Request: bare, PathParams: params, Route: route, Options: options}
	if resp.StatusCode < 300 {
		if err := openapi3filter.ValidateRequest(tb.Context(), request); err != nil {
			tb.Errorf("%s %s was followed and is not described: %v", r.Method, r.URL, err)
		}
	}
	err = openapi3filter.ValidateResponse(tb.Context(), (&openapi3filter.ResponseValidationInput{
		RequestValidationInput: request, Status: resp.StatusCode, Header: resp.Header, Options: options,
	}).SetBodyBytes(body))
	if err != nil {
		tb.Errorf("%s %s: the answer is not as described: %v\n%s", r.Method, r.URL, err, body)
	}
}

func TestDescriptionIsValid(t *testing.T) {
	doc, err := openapi3.NewLoader().LoadFromData(openAPI)
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestEveryRouteIsDescribed(t *testing.T) {
	s := serve(t)
	doc, err := openapi3.NewLoader().LoadFromData(openAPI)
	if err != nil {
		t.Fatal(err)
	}
	served := map[string]bool{}
	for _, r := range s.api.app.GetRoutes(true) {
		if r.Method == http.MethodHead {
			continue
		}
		path := described.ReplaceAllString(r.Path, "{$1}")
		served[r.Method+" "+path] = true
		if item := doc.Paths.Value(path); item == nil || item.GetOperation(r.Method) == nil {
			t.Errorf("%s %s is not described", r.Method, path)
		}
	}
	for path, item := range doc.Paths.Map() {
		for method := range item.Operations() {
			if !served[method+" "+path] {
				t.Errorf("%s %s is described and not served", method, path)
			}
		}
	}
}

// Whoever handles an answer by its type finds all of them in one table.
func TestEveryErrorTypeIsDescribed(t *testing.T) {
	doc, err := openapi3.NewLoader().LoadFromData(openAPI)
	if err != nil {
		t.Fatal(err)
	}
	table := doc.Components.Schemas["ErrorType"].Value.Description
	types := apierr.Types()
	for name, status := range types {
		if !strings.Contains(table, fmt.Sprintf("| %d | `%s` | ", status, name)) {
			t.Errorf("%s with %d is not described", name, status)
		}
	}
	if rows := strings.Count(table, "\n| ") - 1; rows != len(types) {
		t.Errorf("%d types are described, there are %d", rows, len(types))
	}
}
