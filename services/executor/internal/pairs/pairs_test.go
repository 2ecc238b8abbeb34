package pairs_test

import (
	"errors"
	"io/fs"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"

	"pgregory.net/rapid"

	"github.com/citu/datapipeline/services/executor/internal/pairs"
)

func TestEncodeWritesTheFormat(t *testing.T) {
	got, err := pairs.Encode([]pairs.Pair{
		{"各状态的预订有多少？", "SELECT status,\n       count(*)  -- 每种\nFROM demo_booking\nGROUP BY status"},
		{`Which names hold <&> or "quotes"?`, "SELECT 'a\nb';"},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := `[
  {
    "question": "各状态的预订有多少？",
    "sql": "SELECT status, count(*) FROM demo_booking GROUP BY status;"
  },
  {
    "question": "Which names hold <&> or \"quotes\"?",
    "sql": "SELECT 'a\nb';"
  }
]
`
	if string(got) != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestEncodeRefusesTextThatIsNotUTF8(t *testing.T) {
	if _, err := pairs.Encode([]pairs.Pair{{"ok", "SELECT 1"}, {"\xff", "SELECT 1"}}); !errors.Is(err, pairs.ErrMalformed) || !strings.Contains(err.Error(), "pair 2") {
		t.Errorf("err = %v", err)
	}
}

func TestDecode(t *testing.T) {
	for _, tt := range []struct {
		name, data string
		want       []pairs.Pair
		fault      string
	}{
		{"empty", `[]`, []pairs.Pair{}, ""},
		{"byte order mark", "\ufeff" + `[{"question":"q","sql":"s"}]`, []pairs.Pair{{"q", "s"}}, ""},
		{"other keys", `[{"question":"q","sql":"s","theme":null}]`, []pairs.Pair{{"q", "s"}}, ""},
		{"an object", `{"question":"q","sql":"s"}`, nil, "not a JSON array"},
		{"not JSON", `[{"question":`, nil, "not a JSON array"},
		{"something after it", `[] []`, nil, "not a JSON array"},
		{"not UTF-8", "[\"\xff\"]", nil, "not UTF-8"},
		{"an entry that is no object", `[{"question":"q","sql":"s"}, 1]`, nil, "pair 2"},
		{"null", `[{"question":"q","sql":null}]`, nil, "pair 1 lacks"},
		{"a number", `[{"question":1,"sql":"s"}]`, nil, "pair 1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := pairs.Decode([]byte(tt.data))
			if tt.fault != "" {
				if !errors.Is(err, pairs.ErrMalformed) || !strings.Contains(err.Error(), tt.fault) {
					t.Fatalf("err = %v, want %q", err, tt.fault)
				}
				return
			}
			if err != nil || !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got %v, %v; want %v", got, err, tt.want)
			}
		})
	}
}

func TestDecodeBoundsTheNumberOfPairs(t *testing.T) {
	data := "[" + strings.Repeat("{},", pairs.MaxPairs) + "{}]"
	if _, err := pairs.Decode([]byte(data)); err == nil || !strings.Contains(err.Error(), "at most 100000") {
		t.Errorf("err = %v", err)
	}
}

// What was encoded is decoded again, and encoding it once more changes nothing.
func TestEncodeDecode(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String()
		in := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) pairs.Pair {
			return pairs.Pair{text.Draw(t, "question"), text.Draw(t, "sql")}
		}), 0, 5).Draw(t, "pairs")
		first, err := pairs.Encode(in)
		if err != nil {
			t.Fatal(err)
		}
		out, err := pairs.Decode(first)
		if err != nil {
			t.Fatal(err)
		}
		for i := range in {
			if out[i].Question != in[i].Question {
				t.Fatalf("question %q became %q", in[i].Question, out[i].Question)
			}
		}
		second, err := pairs.Encode(out)
		if err != nil || string(second) != string(first) {
			t.Fatalf("%v\n%s\nbecame\n%s", err, first, second)
		}
	})
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(`[{"question":"q","sql":"SELECT 'a''b' -- c\nFROM t;"}]`))
	f.Add([]byte(`[{"question":"","sql":"E'\\'' $a$ $a$ /* /* */ */"}, null]`))
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := pairs.Decode(data)
		if err != nil {
			if !errors.Is(err, pairs.ErrMalformed) {
				t.Fatalf("an error of another kind: %v", err)
			}
			return
		}
		encoded, err := pairs.Encode(got)
		if err != nil {
			t.Fatal(err)
		}
		again, err := pairs.Decode(encoded)
		if err != nil || len(again) != len(got) {
			t.Fatalf("%d pairs became %d: %v", len(got), len(again), err)
		}
	})
}

func TestNames(t *testing.T) {
	if got := pairs.FileName("高速/服务 区-db", "20250701_143052"); got != "qs_高速_服务_区-db_20250701_143052_pair.json" {
		t.Error(got)
	}
	if got := pairs.RejectedName("db", "20250701_143052"); got != "qs_db_20250701_143052_rejected.json" {
		t.Error(got)
	}
	if got := pairs.FileName(strings.Repeat("库", 200), "20250701_143052"); len(got) > 255 {
		t.Errorf("%d bytes", len(got))
	}
}

func TestFindTakesTheNewest(t *testing.T) {
	fsys := fstest.MapFS{}
	if _, err := pairs.Find(fsys); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("err = %v", err)
	}
	for _, name := range []string{
		"qs_z_20250701_143052_pair.json", "qs_a_20250702_000000_pair.json", "qs_zz_pair.json",
		"qs_a_20250703_000000_rejected.json", "qs_a_20250703_000000_pair.json.backup",
	} {
		fsys[name] = &fstest.MapFile{Data: []byte(`[{"question":"q","sql":"s"}]`)}
	}
	name, err := pairs.Find(fsys)
	if err != nil || name != "qs_a_20250702_000000_pair.json" {
		t.Fatalf("%s, %v", name, err)
	}
	if got, err := pairs.Read(fsys, name); err != nil || len(got) != 1 {
		t.Errorf("%v, %v", got, err)
	}
}
