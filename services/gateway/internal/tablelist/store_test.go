package tablelist

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/citu/datapipeline/internal/kit/broker"
	"github.com/citu/datapipeline/internal/testkit"
)

func TestStoreKeepsTheNewestListOfAName(t *testing.T) {
	s := NewStore(testkit.Broker(t))
	for _, text := range []string{"a\nb", "c # later"} {
		if _, err := s.Put(t.Context(), "服务区.txt", text); err != nil {
			t.Fatal(err)
		}
	}
	entries, err := s.Entries(t.Context(), "服务区.txt")
	if err != nil || !slices.Equal(entries, []string{"c"}) {
		t.Errorf("%q, %v", entries, err)
	}
	all, err := s.All(t.Context())
	if err != nil || len(all) != 1 || all[0].Name != "服务区.txt" || all[0].Tables != 1 || all[0].Bytes != 9 || all[0].UploadedAt.IsZero() {
		t.Errorf("%+v, %v", all, err)
	}
}

func TestStoreWithoutTheList(t *testing.T) {
	s := NewStore(testkit.Broker(t))
	if all, err := s.All(t.Context()); err != nil || len(all) != 0 {
		t.Errorf("%v, %v", all, err)
	}
	if _, err := s.Entries(t.Context(), "none.txt"); !errors.Is(err, broker.ErrNotFound) {
		t.Error(err)
	}
}

func TestValidName(t *testing.T) {
	for name, want := range map[string]bool{
		"tables.txt": true, "服务区 2025.txt": true, "a": true,
		"": false, ".hidden": false, "../etc/passwd": false, "a/b": false, `a\b`: false, "a\n": false,
		"a ": false, "a.": false, "a\x00": false, strings.Repeat("a", 256): false,
	} {
		if ValidName(name) != want {
			t.Errorf("%q: %v", name, !want)
		}
	}
}
