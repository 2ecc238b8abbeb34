package test

import (
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	link    = regexp.MustCompile(`\]\(([^)]+)\)`)
	heading = regexp.MustCompile(`(?m)^#+ (.+)$`)
	mark    = regexp.MustCompile("[`“”（）(),.:、，。]")
)

// anchor is the fragment that leads to a heading.
func anchor(heading string) string {
	return strings.ReplaceAll(strings.ToLower(mark.ReplaceAllString(heading, "")), " ", "-")
}

// Every link between pages leads to a file, and to a heading of it where it
// names one.
func TestLinksLeadSomewhere(t *testing.T) {
	checked := 0
	for _, name := range pages(t) {
		for _, m := range link.FindAllStringSubmatch(page(t, name), -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			checked++
			file, fragment, _ := strings.Cut(m[1], "#")
			target := path.Join(path.Dir(name), file)
			if file == "" {
				target = name
			}
			if _, err := os.Stat(filepath.Join("..", target)); err != nil {
				t.Errorf("%s: %v", name, err)
			} else if fragment != "" && !headed(page(t, target), fragment) {
				t.Errorf("%s: %s has no heading %q", name, target, fragment)
			}
		}
	}
	if checked < 20 {
		t.Errorf("only %d links were found", checked)
	}
}

func headed(text, fragment string) bool {
	for _, m := range heading.FindAllStringSubmatch(text, -1) {
		if anchor(m[1]) == fragment {
			return true
		}
	}
	return false
}

// Whatever is told in Chinese too has a page in each language that leads to the
// other.
func TestLanguagesLeadToEachOther(t *testing.T) {
	for _, name := range pages(t) {
		english, ok := strings.CutSuffix(name, ".zh-CN.md")
		if !ok {
			continue
		}
		english += ".md"
		for from, to := range map[string]string{name: english, english: name} {
			if !strings.Contains(page(t, from), "]("+path.Base(to)+")") {
				t.Errorf("%s does not lead to %s", from, to)
			}
		}
	}
}
