package qa_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/testkit"
)

// heroes have a value of each trait, and powers; a team has a leader and a
// mentor of them.
const heroes = `
CREATE TABLE hero (id int PRIMARY KEY, hero_name text NOT NULL, motto text, era int);
CREATE TABLE trait (id int PRIMARY KEY, trait_name text NOT NULL);
CREATE TABLE hero_trait (hero_id int NOT NULL REFERENCES hero, trait_id int NOT NULL REFERENCES trait, trait_value int NOT NULL);
CREATE TABLE power (id int PRIMARY KEY, power_name text NOT NULL);
CREATE TABLE hero_power (hero_id int NOT NULL REFERENCES hero, power_id int NOT NULL REFERENCES power);
CREATE TABLE team (id int PRIMARY KEY, team_name text NOT NULL, leader_id int REFERENCES hero, price numeric, region_id int);
CREATE TABLE region (id int PRIMARY KEY, region_name text NOT NULL, size_km int, climate text, language text, capital text);
ALTER TABLE team ADD FOREIGN KEY (region_id) REFERENCES region;
INSERT INTO hero SELECT i, 'Hero ' || chr(64 + i), 'motto ' || i, i FROM generate_series(1, 26) i;
INSERT INTO trait SELECT i, (ARRAY['Speed', 'Strength', 'Wit'])[i] FROM generate_series(1, 3) i;
INSERT INTO hero_trait SELECT h, t, (h * 7 + t * 13) % 100 FROM generate_series(1, 26) h, generate_series(1, 3) t;
INSERT INTO power SELECT i, 'Power ' || chr(64 + i) FROM generate_series(1, 6) i;
INSERT INTO hero_power SELECT h, 1 + (h + k) % 6 FROM generate_series(1, 20) h, generate_series(1, 2) k;
INSERT INTO region SELECT i, 'Region ' || i, 10 * i, 'c' || i, 'l' || i, 'k' || i FROM generate_series(1, 12) i;
INSERT INTO team SELECT i, 'Team ' || i, 1 + i % 7, 10 * i, 1 + i % 9 FROM generate_series(1, 20) i`

// questionsOf are all questions about a database, one per line.
func questionsOf(t *testing.T, dsn string, language events.Language) string {
	t.Helper()
	var b strings.Builder
	for _, p := range everything(t, connect(t, dsn), language) {
		b.WriteString(p.Question + "\n")
	}
	return b.String()
}

func TestWhatIsAskedOfTablesThatTieOthersTogether(t *testing.T) {
	t.Parallel()
	text := questionsOf(t, testkit.SharedPostgres(t, heroes), events.English)
	for name, test := range map[string]struct {
		pattern string
		asked   bool
	}{
		"the value of a pair":                       {`(?m)^(What is|Look up) the trait value .*(Hero|"Hero) `, true},
		"who has most of one trait":                 {`heroes (with|have) the highest trait value for the trait`, true},
		"the number of values":                      {`(number of|most|fewest) hero traits|hero traits (are there for|does (a|each)|by )`, false},
		"combinations of which there is one each":   {`combinations? of (hero and trait|trait and hero)`, false},
		"a rank of what the value is not about":     {`regions (have|with) the (highest|most) price`, false},
		"an owner's things":                         {`Which heroes (are linked to|go with)`, true},
		"what two have in common":                   {`Which powers do the hero .* have in common`, true},
		"who is not in a part":                      {`Which heroes are not the leader of any team`, true},
		"who has nothing to lead, as if all led":    {`Which leaders have no teams|leaders without any team`, false},
		"an average over those who may not lead":    {`How many teams does a leader have on average`, false},
		"a single row by the name that it goes by":  {`(?m)^(What is|Look up) the motto of the hero`, true},
		"the same of a table that goes by its name": {`(?m)^(What is|Look up) the capital of the region`, true},
	} {
		if got := regexp.MustCompile(test.pattern).MatchString(text); got != test.asked {
			t.Errorf("%s: asked %t\n%s", name, got, text)
		}
	}
}

func TestTablesWithoutAChineseNameAreWhatTheyTieTogether(t *testing.T) {
	t.Parallel()
	text := questionsOf(t, testkit.SharedPostgres(t, `CREATE TABLE customer (id int PRIMARY KEY, customer_name text); CREATE TABLE product (id int PRIMARY KEY, product_name text);
		CREATE TABLE product_xyz (customer_id int REFERENCES customer, product_id int REFERENCES product)`), events.Chinese)
	if !strings.Contains(text, "产品与客户的关联记录") {
		t.Error(text)
	}
}

// TestARowOfASummaryGoesByWhatItGroups, though nothing declares it a key.
func TestARowOfASummaryGoesByWhatItGroups(t *testing.T) {
	t.Parallel()
	text := questionsOf(t, testkit.SharedPostgres(t, views+`; CREATE VIEW sale_of_rep AS SELECT rep, min(amount) AS least, max(amount) AS most, count(*) AS n FROM sale GROUP BY rep`), events.English)
	if !regexp.MustCompile(`(?m)^(What is|Look up) the \w+ of the sale of rep .*Ada`).MatchString(text) {
		t.Error(text)
	}
}

// TestMuchAndLittleAreSaidAsPeopleSayThem in Chinese, in questions and results.
func TestMuchAndLittleAreSaidAsPeopleSayThem(t *testing.T) {
	t.Parallel()
	text := ""
	for _, p := range everything(t, connect(t, database(t, "highway")), events.Chinese) {
		text += p.Question + p.SQL + "\n"
	}
	for _, want := range []string{"最少车辆数量和最多车辆数量", "AS 最短里程数", "与上个月相比", "与上一年相比"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in\n%s", want, text)
		}
	}
}
