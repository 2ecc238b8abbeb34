package qa_test

import (
	"slices"
	"testing"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/pairs"
)

// awkward is a table that gives plenty of questions beside tables that give
// hardly any, of which one has many columns, all of text.
const awkward = `
CREATE TABLE visit (id int PRIMARY KEY, visited_on date, ward text, cost numeric, duration int, age int, weight int, urgent boolean, kind text);
INSERT INTO visit SELECT i, date '2023-01-01' + i, (ARRAY['A', 'B', 'C', 'D'])[1 + i % 4], 20 + i % 37, i % 50, i % 90, 40 + i % 60, i % 3 = 0, (ARRAY['first', 'next'])[1 + i % 2] FROM generate_series(1, 300) i;
CREATE TABLE device (id int PRIMARY KEY, maker text, model text, colour_text text, shape_text text, remark text, token text, a1 text, a2 text, a3 text, a4 text, a5 text,
	a6 text, a7 text, a8 text, a9 text, b1 jsonb, b2 jsonb, b3 bytea, b4 text[], b5 inet, b6 interval, b7 point, b8 time);
INSERT INTO device SELECT i, 'Maker ' || i, 'M' || i, 'colour ' || i, 'shape ' || i, 'r' || i FROM generate_series(1, 60) i;
CREATE TABLE raw_json (doc jsonb);
CREATE TABLE nothing (id int PRIMARY KEY, amount numeric, kind text);
CREATE TABLE single (id int PRIMARY KEY, name text);
INSERT INTO single VALUES (1, 'one')`

func perTheme(list []events.Pair) map[string]int {
	n := map[string]int{}
	for _, p := range list {
		n[p.Theme]++
	}
	return n
}

func TestOtherThemesStandInForThoseThatLackQuestions(t *testing.T) {
	t.Parallel()
	dsn, result, list := made(t, awkward, events.English)
	if len(list) < 40 || len(list) > 50 || result.Duplicates > 0 {
		t.Errorf("%d questions, %d duplicates: %v", len(list), result.Duplicates, perTheme(list))
	}
	for name, n := range perTheme(list) {
		if n > 30 {
			t.Errorf("%d questions about %s", n, name)
		}
	}
	var order []string
	for _, p := range list {
		rows(t, dsn, p.SQL)
		order = append(order, p.Theme)
	}
	if len(slices.Compact(order)) != result.TotalThemes {
		t.Errorf("themes are mixed: %v", order)
	}
}

func TestATableOfTextsIsAskedAbout(t *testing.T) {
	t.Parallel()
	_, _, list := made(t, awkward, events.Chinese)
	n := 0
	for _, p := range list {
		if slices.Contains(p.Tables, "public.device") {
			n++
		}
	}
	if n < 7 {
		t.Errorf("%d questions about a table of 24 columns", n)
	}
}

func TestOfATableWithoutRowsOnlyTheNumberIsAsked(t *testing.T) {
	t.Parallel()
	_, _, list := made(t, awkward, events.English)
	var asked []string
	for _, p := range list {
		if slices.Contains(p.Tables, "public.nothing") {
			asked = append(asked, p.SQL)
		}
	}
	if !slices.Equal(asked, []string{"SELECT COUNT(*) AS nothing_count FROM nothing;"}) {
		t.Errorf("%q", asked)
	}
}

// TestThemesThatWereTakenOverDoNotStandIn for a new one, which has but one
// question.
func TestThemesThatWereTakenOverDoNotStandIn(t *testing.T) {
	t.Parallel()
	dsn := offices(t)
	first, _ := asked(t, dsn, nil)
	base := left(t, dsn, first, nil)
	execute(t, dsn, "CREATE TABLE nothing (id int PRIMARY KEY)")
	second, result := asked(t, dsn, base)
	if result.ReusedThemes != 2 || result.TotalThemes != 3 || len(index(t, second)) != len(index(t, first))+1 {
		t.Errorf("%+v", result)
	}
}

func TestTheSecondRoundIsTheSameEachTime(t *testing.T) {
	t.Parallel()
	_, _, first := made(t, awkward, events.Chinese)
	_, _, second := made(t, awkward, events.Chinese)
	same := func(a, b events.Pair) bool {
		return pairs.ID(a.Question, a.SQL) == pairs.ID(b.Question, b.SQL) && a.Theme == b.Theme
	}
	if !slices.EqualFunc(first, second, same) {
		t.Errorf("first %+v\nthen %+v", first, second)
	}
}

func TestNamesWithoutALetterAreNames(t *testing.T) {
	t.Parallel()
	for _, language := range languages {
		dsn, _, list := made(t, `CREATE TABLE "__" ("_" int PRIMARY KEY, "!" numeric, "?" text, "1" date);
			CREATE TABLE "#" ("_" int PRIMARY KEY, "%" int REFERENCES "__", "&" int REFERENCES "#", "1" text);
			CREATE TABLE "-" ("%" int REFERENCES "__", "&" int REFERENCES "#");
			CREATE TABLE "+" (); CREATE TABLE "~" (); CREATE VIEW "=" AS SELECT "_" AS "__" FROM "#";
			INSERT INTO "__" SELECT i, i, (ARRAY['a', 'b'])[1 + i % 2], date '2024-01-01' + i FROM generate_series(1, 30) i;
			INSERT INTO "#" SELECT i, i, i, 'n' || i FROM generate_series(1, 30) i;
			INSERT INTO "-" SELECT i, i FROM generate_series(1, 30) i`, language)
		for _, p := range list {
			rows(t, dsn, p.SQL)
		}
		if len(list) < 20 {
			t.Errorf("%s: %d questions", language, len(list))
		}
	}
}
