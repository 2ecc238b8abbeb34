package test

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var settingName = regexp.MustCompile(`\bDP_[A-Z0-9]+(_[A-Z0-9]+)*\b`)

// settings are the environment variables that the programs read, with their
// defaults.
func settings(t *testing.T) map[string]string {
	t.Helper()
	files := sources(t, "cmd", "internal/kit", "internal/embedded", "services")
	all := map[string]string{}
	for _, f := range files {
		for _, tag := range tags(f) {
			if name := tag.Get("env"); name != "" {
				all[name] = max(all[name], tag.Get("default"))
			}
		}
	}
	for _, text := range literals(files) {
		if _, ok := all[text]; !ok && text != "" && settingName.FindString(text) == text && !begins(text, all) {
			all[text] = ""
		}
	}
	if len(all) < 40 {
		t.Fatalf("only %d settings were found in the code", len(all))
	}
	return all
}

// begins reports whether a name is what names of settings begin with.
func begins(prefix string, settings map[string]string) bool {
	for name := range settings {
		if strings.HasPrefix(name, prefix+"_") {
			return true
		}
	}
	return false
}

// Every variable that the code reads has one line on the page of settings, with
// the default that it has in the code.
func TestEverySettingIsDocumentedOnce(t *testing.T) {
	read := settings(t)
	for _, name := range []string{"docs/configuration.md", "docs/configuration.zh-CN.md"} {
		lines := map[string][]string{}
		for _, cells := range rows(page(t, name)) {
			setting := strings.Trim(cells[0], "`")
			if len(cells) != 4 || lines[setting] != nil {
				t.Errorf("%s: the line of %s is not whole, or not the only one", name, setting)
				continue
			}
			lines[setting] = cells
		}
		for _, setting := range slices.Sorted(maps.Keys(read)) {
			switch cells := lines[setting]; {
			case cells == nil:
				t.Errorf("%s: %s is missing", name, setting)
			case cells[2] == "" || !strings.HasPrefix(strings.Trim(cells[2], "`"), read[setting]):
				t.Errorf("%s: the default of %s is %q, in the code %q", name, setting, cells[2], read[setting])
			}
		}
	}
}

// No page speaks of a variable that nothing reads.
func TestDocumentedSettingsExist(t *testing.T) {
	read := settings(t)
	for _, name := range pages(t) {
		for _, setting := range settingName.FindAllString(page(t, name), -1) {
			if _, ok := read[setting]; !ok {
				t.Errorf("%s: nothing reads %s", name, setting)
			}
		}
	}
}
