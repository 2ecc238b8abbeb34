package profile_test

import (
	"testing"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/services/executor/internal/catalog"
	"github.com/citu/datapipeline/services/executor/internal/steps/qa/profile"
)

func number(name string) catalog.Column {
	return catalog.Column{Name: name, Type: "bigint", BaseType: "bigint", Category: catalog.Integer, NotNull: true, Readable: true}
}

// thing is a table with a key and the other columns.
func thing(name, comment string, others ...string) *catalog.Table {
	t := &catalog.Table{Schema: "public", Name: name, Comment: comment, Kind: catalog.OrdinaryTable, Readable: true,
		Columns: []catalog.Column{number("id")}, PrimaryKey: &catalog.Constraint{Columns: []string{"id"}}}
	for _, other := range others {
		t.Columns = append(t.Columns, number(other))
	}
	return t
}

func TestJunctionsAreCalledAfterWhatTheyTieTogether(t *testing.T) {
	for comment, want := range map[string]string{"路段": "路段与服务区的关联记录", "路段与路线": "路段与路线和服务区的关联记录"} {
		ties := thing("xyzzy", "", "a_id", "b_id")
		for _, to := range []string{"a", "b"} {
			ties.ForeignKeys = append(ties.ForeignKeys, catalog.ForeignKey{Constraint: catalog.Constraint{Columns: []string{to + "_id"}},
				RefSchema: "public", RefTable: to, RefColumns: []string{"id"}})
		}
		db := profile.Describe(&catalog.Schema{Tables: []*catalog.Table{thing("a", comment), thing("b", "服务区"), ties}}, events.Chinese)
		if got := table(t, db, "public", "xyzzy").One; got != want {
			t.Errorf("%s: %s", comment, got)
		}
	}
}

func TestPeopleAndGoodsWeighDifferently(t *testing.T) {
	db := profile.Describe(&catalog.Schema{Tables: []*catalog.Table{thing("patients", "", "weight_kg"), thing("products", "", "weight_kg")}}, events.Chinese)
	for name, want := range map[string]string{"patients": "体重", "products": "重量"} {
		if got := table(t, db, "public", name).Find("weight_kg").Term; got != want {
			t.Errorf("%s: %s", name, got)
		}
	}
}
