package outputdir

import (
	"errors"
	"path"
	"strings"
	"testing"
)

func TestPrefix(t *testing.T) {
	folder, cloud := New("/srv/training"), New("s3://training/team?region=eu-west-1")
	for _, c := range []struct {
		root Root
		dir  string
		want string
	}{
		{folder, "", ""},
		{folder, ".", ""},
		{folder, "/srv/training", ""},
		{folder, "/srv/training/shop/2025", "shop/2025"},
		{folder, "shop/./orders/../stock/", "shop/stock"},
		{folder, "订单", "订单"},
		{cloud, "s3://training/team/shop", "shop"},
		{cloud, "shop", "shop"},
	} {
		if got, err := c.root.Prefix(c.dir); err != nil || got != c.want {
			t.Errorf("%s: %q, %v, want %q", c.dir, got, err, c.want)
		}
	}
}

func TestPrefixRefusesWhatIsOutside(t *testing.T) {
	root := New("/srv/training")
	for _, dir := range []string{
		"..", "../x", "a/../../x", "/", "/srv", "/srv/trainings", "/srv/training/../secret", "/etc",
		"//srv/training/x", "s3://training/x", `a\..\..\b`, "a\x00b", "a.tmp", "a/b.tmp/c",
		"task_20250701_143052", "x/task_20250701_143052_0af1/y", strings.Repeat("a", 256),
	} {
		if got, err := root.Prefix(dir); !errors.Is(err, ErrOutside) {
			t.Errorf("%q became %q, %v", dir, got, err)
		}
	}
}

func TestDirectory(t *testing.T) {
	for _, c := range []struct{ root, prefix, want string }{
		{"/srv/training", "shop/task_1", "/srv/training/shop/task_1"},
		{"/srv/training", "", "/srv/training"},
		{"s3://training?region=x", "task_1", "s3://training/task_1"},
	} {
		if got := New(c.root).Directory(c.prefix); got != c.want {
			t.Errorf("%s in %s: %s, want %s", c.prefix, c.root, got, c.want)
		}
	}
}

func FuzzPrefix(f *testing.F) {
	f.Add("a/../b")
	f.Add("/srv/training/x")
	f.Fuzz(func(t *testing.T, dir string) {
		root := New("/srv/training")
		prefix, err := root.Prefix(dir)
		if err != nil {
			return
		}
		if whole := path.Join("/srv/training", prefix); whole != "/srv/training" && !strings.HasPrefix(whole, "/srv/training/") {
			t.Fatalf("%q leads to %s", dir, whole)
		}
		if again, err := root.Prefix(root.Directory(prefix)); err != nil || again != prefix {
			t.Fatalf("%q reads back as %q, %v", prefix, again, err)
		}
	})
}
