package httpapi

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/citu/datapipeline/internal/testkit"
)

// upload sends a form with a file; fields are pairs of name and value.
func (w *writer) upload(file, content string, fields ...string) reply {
	w.t.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	for i := 0; i < len(fields); i += 2 {
		if err := form.WriteField(fields[i], fields[i+1]); err != nil {
			w.t.Fatal(err)
		}
	}
	part, err := form.CreateFormFile("file", file)
	if err != nil {
		w.t.Fatal(err)
	}
	if _, err := part.Write([]byte(content)); err != nil {
		w.t.Fatal(err)
	}
	if err := form.Close(); err != nil {
		w.t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, w.base+Prefix+"/table_lists", bytes.NewReader(b.Bytes()))
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set("Content-Type", form.FormDataContentType())
	return w.send(r)
}

func TestUploadedTableListNamesTheTablesOfATask(t *testing.T) {
	w := serveWrites(t, testkit.Broker(t))
	if r := w.upload("服务区.txt", "# areas\npublic.area\npublic.section, public.route -- both\n"); r.status != 201 || r.data["tables"] != 3.0 {
		t.Fatalf("%d %s", r.status, r.body)
	}
	r := w.do("POST", Prefix+"/tasks", task(map[string]any{"tables": nil, "table_list_file": "服务区.txt"}))
	if r.status != 201 {
		t.Fatalf("%d %s", r.status, r.body)
	}
	d := w.created(r.text("task_id"))
	if want := []string{"public.area", "public.section", "public.route"}; !slices.Equal(d.Request.Tables, want) || d.Request.TableListFile != "服务区.txt" {
		t.Errorf("%q of %q", d.Request.Tables, d.Request.TableListFile)
	}
	if strings.Contains(string(d.Parameters), "public.area") {
		t.Errorf("the parameters repeat the list: %s", d.Parameters)
	}
}

func TestTableListNames(t *testing.T) {
	w := serveWrites(t, testkit.Broker(t))
	if r := w.upload("a.txt", "t", "name", "b.txt"); r.text("name") != "b.txt" {
		t.Errorf("the field: %s", r.body)
	}
	path := Prefix + "/table_lists?name=" + url.QueryEscape("表 1.txt")
	if r := w.do("POST", path, "t", "Content-Type", "text/plain; charset=utf-8"); r.text("name") != "表 1.txt" {
		t.Errorf("the query: %s", r.body)
	}
	if r := w.upload("a.txt", "t", "name", "../a"); r.summary() != "400 validation_failed ?name:invalid_name" {
		t.Errorf("a path: %s", r.body)
	}
	r := w.do("GET", Prefix+"/table_lists", "")
	names := []string{}
	for _, l := range r.data["table_lists"].([]any) {
		names = append(names, l.(map[string]any)["name"].(string))
	}
	if !slices.Equal(names, []string{"b.txt", "表 1.txt"}) {
		t.Errorf("%q", names)
	}
}

func TestUploadRefuses(t *testing.T) {
	w := serveWrites(t, testkit.Broker(t))
	for name, c := range map[string]struct{ content, want string }{
		"nothing":    {"# nothing\n", "400 validation_failed :table_list_empty"},
		"too many":   {strings.Repeat("t\n", 1001), "400 validation_failed :table_list_too_many"},
		"no text":    {"\xb7\xfe", "400 validation_failed :table_list_not_text"},
		"over 2 MiB": {strings.Repeat(" ", 2<<20+1), "413 body_too_large"},
	} {
		if r := w.upload("a.txt", c.content); r.summary() != c.want {
			t.Errorf("%s: %s, want %s", name, r.summary(), c.want)
		}
	}
	if r := w.do("POST", Prefix+"/table_lists?name=a", "{}"); r.summary() != "415 unsupported_media_type" {
		t.Errorf("JSON: %s", r.body)
	}
	if r := w.do("POST", Prefix+"/table_lists", "x", "Content-Type", "multipart/form-data; boundary=b"); r.summary() != "400 validation_failed /file:required" {
		t.Errorf("a broken form: %s", r.body)
	}
}
