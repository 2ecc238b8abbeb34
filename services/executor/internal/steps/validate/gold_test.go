package validate_test

import (
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/testkit"
	"github.com/citu/datapipeline/services/executor/internal/pairs"
	"github.com/citu/datapipeline/services/executor/internal/roundtrip"
	"github.com/citu/datapipeline/services/executor/internal/steps/validate"
)

// Good pairs pass, and copies of them with a fault are refused where it lies.
func TestGoodPairsPassAndSpoiltOnesDoNot(t *testing.T) {
	t.Parallel()
	tryPairs(t, "testdata/gold")
}

// The same over databases of one's own, in the folder that DP_GOLD_PAIRS names.
func TestGoldPairsOfAFolder(t *testing.T) {
	t.Parallel()
	if dir := os.Getenv("DP_GOLD_PAIRS"); dir != "" { // else nobody asks
		tryPairs(t, dir)
	}
}

// tryPairs takes every database of a folder that has pairs beside its dumps.
func tryPairs(t *testing.T, dir string) {
	t.Helper()
	sources, err := roundtrip.Sources(dir)
	if err != nil {
		t.Fatal(err)
	}
	tried := 0
	for _, s := range sources {
		if s.Pairs == "" {
			t.Logf("%s: no %s beside its dump", s.Name, roundtrip.PairsFile)
			continue
		}
		tried++
		t.Run(s.Name, func(t *testing.T) { trySource(t, s) })
	}
	if tried == 0 {
		t.Errorf("no dump in %s has a %s beside it", dir, roundtrip.PairsFile)
	}
}

func trySource(t *testing.T, s roundtrip.Source) {
	t.Helper()
	dsn := testkit.Postgres(t)
	if err := roundtrip.Load(t.Context(), dsn, s.Files...); err != nil {
		t.Fatal(err)
	}
	exec(t, dsn, "ANALYZE")
	gold, err := pairs.Read(os.DirFS(filepath.Dir(s.Pairs)), roundtrip.PairsFile)
	if err != nil {
		t.Fatal(err)
	}
	checkGold(t, dsn, gold)
}

func checkGold(t *testing.T, dsn string, gold []pairs.Pair) {
	t.Helper()
	sqls := make([]string, len(gold))
	for i, p := range gold {
		sqls[i] = p.SQL
	}
	for _, v := range climb(t, dsn, validate.Config{}, sqls...) {
		switch {
		case !v.Valid && v.Verdict != "duplicate":
			t.Errorf("%s\n%s at %s: %s", v.SQL, v.Verdict, v.Rung, v.Message)
		case v.Verdict == "empty_result":
			t.Logf("empty: %s", v.SQL)
		}
	}
	spoilt, want := spoil(t, sqls)
	counts := map[string]int{}
	for i, v := range climb(t, dsn, validate.Config{}, spoilt...) {
		counts[v.Rung]++
		if v.Valid || v.Rung != want[i] {
			t.Errorf("%s\n%s at %q (%s %s), want %s", v.SQL, v.Verdict, v.Rung, v.SQLState, v.Message, want[i])
		}
	}
	t.Logf("%d good; %d spoilt, refused at %v", len(sqls), len(spoilt), counts)
}

// spoil makes a faulty copy of each statement: a quarter has a misspelt column,
// a quarter lacks a join, a quarter compares with a value of another type and a
// quarter is followed by a second statement; a kind that a statement has no
// place for goes to the next that has. want is the rung for each.
func spoil(t *testing.T, sqls []string) (spoilt, want []string) {
	t.Helper()
	kinds := []struct {
		name, rung string
		spoil      func(string) string
	}{
		{"missing join", events.RungNames, dropJoin},
		{"wrong type", events.RungPlan, wrongType},
		{"misspelt column", events.RungNames, misspell},
		{"second statement", events.RungStatement, func(sql string) string { return strings.TrimSuffix(sql, ";") + "; SELECT 1;" }},
	}
	left := map[string]int{}
	for _, k := range kinds {
		left[k.name] = int(math.Ceil(float64(len(sqls)) / float64(len(kinds))))
	}
	for _, sql := range sqls {
		made := false
		for _, k := range kinds {
			if bad := k.spoil(sql); !made && left[k.name] > 0 && bad != sql {
				left[k.name]--
				spoilt, want, made = append(spoilt, bad), append(want, k.rung), true
			}
		}
		if !made {
			t.Errorf("nothing can be spoilt in %s", sql)
		}
	}
	return spoilt, want
}

var (
	lastJoin  = regexp.MustCompile(`(?i)\s(?:INNER )?JOIN (\w+)(?: AS (\w+))? ON [\w.]+ = [\w.]+`)
	qualified = regexp.MustCompile(`\b([A-Za-z]\w*)\.([a-z_]+)\b`)
)

// dropJoin leaves out a join whose alias the rest of the statement uses.
func dropJoin(sql string) string {
	for _, m := range lastJoin.FindAllStringSubmatchIndex(sql, -1) {
		alias := sql[m[2]:m[3]]
		if m[4] >= 0 {
			alias = sql[m[4]:m[5]]
		}
		rest := sql[:m[0]] + sql[m[1]:]
		if strings.Contains(rest, alias+".") && !strings.Contains(sql, "EXCEPT") {
			return rest
		}
	}
	return sql
}

// misspell doubles the last letter of the first qualified column, or of the
// first column of the select list.
func misspell(sql string) string {
	if m := qualified.FindStringSubmatchIndex(sql); m != nil {
		return sql[:m[5]] + sql[m[5]-1:m[5]] + "x" + sql[m[5]:]
	}
	return regexp.MustCompile(`(?i)^(SELECT (?:\w+\()*)(\w+)`).ReplaceAllString(sql, "${1}${2}xx")
}

// wrongType compares a whole row of the first table with a number.
func wrongType(sql string) string {
	return regexp.MustCompile(`(\w+\.\w+|\b\w+) (=|LIKE) '[^']*'`).ReplaceAllString(sql, "$1 > 5")
}
