package catalog

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// Origin is the column whose values a view's column shows as they are: one of a
// table, reached through any number of views, or what another view computes.
type Origin struct {
	// ColumnName counts a partition as its table. Its Table is empty where the
	// server lets the view's query not be looked at and only its text tells.
	ColumnName
	TableComment, Comment string
	// Key says that the column identifies rows or leads to those of another table.
	Key bool
}

// attribute is a column by the numbers of pg_attribute.
type attribute struct {
	relation uint32
	number   int16
}

// origins finds out whose values the columns of views show.
type origins struct {
	*reader
	shows map[attribute]attribute // one step down
	named map[uint32]map[string]string
	met   map[uint32]bool // relations that are described, or no views
}

// readOrigins asks the server what the columns of the views' queries are, all
// views at once, then those views beneath that are not on the list.
func (r *reader) readOrigins() error {
	o := origins{r, map[attribute]attribute{}, map[uint32]map[string]string{}, map[uint32]bool{}}
	views := map[uint32]string{}
	for oid, t := range r.tables {
		if t.View != nil {
			views[oid] = t.View.Query
		}
	}
	for len(views) > 0 {
		if err := o.describe(views); err != nil {
			return fmt.Errorf("describe views: %w", err)
		}
		clear(views)
		err := r.batch(r.tx, query{"view_queries", []any{o.beneath()}, func(row pgx.CollectableRow) error {
			var oid uint32
			var text string
			err := row.Scan(&oid, &text)
			views[oid] = withoutSemicolon(text)
			return err
		}})
		if err != nil {
			return err
		}
	}
	return o.link()
}

// beneath are relations that views show and of which nothing is known yet.
func (o *origins) beneath() []uint32 {
	oids := []uint32{}
	for _, from := range o.shows {
		if t := o.tables[from.relation]; !o.met[from.relation] && (t == nil || t.View != nil) && o.partitions[from.relation] == nil {
			o.met[from.relation] = true
			oids = append(oids, from.relation)
		}
	}
	return oids
}

// describe has the server parse queries without running them, in one round trip.
// Each is on its own: one may name what the role cannot look into.
func (o *origins) describe(views map[uint32]string) error {
	ctx, cancel := context.WithCancel(o.ctx)
	defer cancel()
	if _, err := o.tx.Exec(ctx, "SAVEPOINT described"); err != nil {
		return err
	}
	p := o.tx.Conn().PgConn().StartPipeline(ctx)
	order := slices.Sorted(maps.Keys(views))
	for _, oid := range order {
		p.SendPrepare("", views[oid], nil)
		p.SendPipelineSync()
		p.SendQueryParams("ROLLBACK TO SAVEPOINT described", nil, nil, nil, nil)
		p.SendPipelineSync()
	}
	err := p.Flush()
	for _, oid := range order {
		if err == nil {
			err = o.description(p, oid, views[oid])
		}
	}
	return errors.Join(err, p.Close())
}

// description reads the answer about one view.
func (o *origins) description(p *pgconn.Pipeline, oid uint32, query string) error {
	o.met[oid] = true
	for range 4 { // the query, its sync, the way back, its sync
		result, err := p.GetResults()
		if _, refused := errors.AsType[*pgconn.PgError](err); refused {
			o.named[oid] = shown(query)
			continue
		}
		switch result := result.(type) {
		case *pgconn.StatementDescription:
			o.take(oid, result.Fields)
		case *pgconn.ResultReader:
			_, err = result.Close()
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// firstUserOID is the first one of what a database's users make.
const firstUserOID = 16384

func (o *origins) take(view uint32, fields []pgconn.FieldDescription) {
	for i, f := range fields {
		if f.TableOID >= firstUserOID && int16(f.TableAttributeNumber) > 0 {
			o.shows[attribute{view, int16(i + 1)}] = attribute{f.TableOID, int16(f.TableAttributeNumber)}
		}
	}
}

// link tells the columns of the listed views what they show.
func (o *origins) link() error {
	shown := map[attribute][]*Column{}
	for oid, t := range o.tables {
		for i := range t.Columns {
			c, at := &t.Columns[i], o.bottom(attribute{oid, int16(i + 1)})
			if name := o.named[at.relation][c.Name]; name != "" && at.relation == oid {
				c.Shows = &Origin{ColumnName: ColumnName{Column: name}}
			} else if at.relation != oid {
				shown[at] = append(shown[at], c)
			}
		}
	}
	if len(shown) == 0 {
		return nil
	}
	var relations []uint32
	var numbers []int16
	for at := range shown {
		relations, numbers = append(relations, at.relation), append(numbers, at.number)
	}
	return o.batch(o.tx, query{"origins", []any{relations, numbers}, func(row pgx.CollectableRow) error {
		var at attribute
		var from Origin
		err := row.Scan(&at.relation, &at.number, &from.Table.Schema, &from.Table.Name, &from.TableComment, &from.Column, &from.Comment, &from.Key)
		for _, c := range shown[at] {
			c.Shows = &from
		}
		return err
	}})
}

// bottom is where the values of a view's column come from. Materialised views
// may show each other in a circle, of which the first met again is taken.
func (o *origins) bottom(at attribute) attribute {
	for met := map[attribute]bool{}; ; {
		from, known := o.shows[at]
		if !known || met[at] {
			return at
		}
		met[at] = true
		at = from
	}
}
