package catalog

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestMissingPrivileges(t *testing.T) {
	pool := database(t, `
		CREATE ROLE missing_owner; CREATE ROLE missing_reader;
		CREATE SCHEMA closed;
		CREATE TABLE closed.t (id int);
		CREATE TABLE "None" (id int);
		CREATE TABLE part (id int, "B b" int, c int);
		CREATE TABLE every (id int);
		CREATE TABLE granted (id int);
		CREATE VIEW by_owner AS SELECT id FROM part;
		ALTER VIEW by_owner OWNER TO missing_owner;
		CREATE VIEW by_reader WITH (security_invoker) AS SELECT id FROM "None";
		GRANT SELECT ON by_owner, by_reader, every TO missing_reader;
		GRANT SELECT (id) ON part TO missing_reader;
		GRANT SELECT (id) ON granted TO missing_reader`)
	conn, err := pool.Acquire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		_, err := conn.Exec(t.Context(), "RESET ROLE; DROP OWNED BY missing_owner, missing_reader; DROP ROLE missing_owner, missing_reader")
		conn.Release()
		if err != nil {
			t.Error(err)
		}
	}()
	if _, err := conn.Exec(t.Context(), "SET ROLE missing_reader"); err != nil {
		t.Fatal(err)
	}
	var names []Name
	for _, n := range []string{"None", "part", "every", "granted", "by_owner", "by_reader", "gone"} {
		names = append(names, Name{"public", n})
	}
	list, err := MissingPrivileges(t.Context(), conn, append(names, Name{"closed", "t"}))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range list {
		got = append(got, fmt.Sprintf("%s %s %v %s", p.Table, p.Privilege, p.Columns, p.Hint))
	}
	want := []string{
		"closed.t USAGE [] GRANT USAGE ON SCHEMA closed TO missing_reader;",
		"closed.t SELECT [] GRANT SELECT ON closed.t TO missing_reader;",
		`public.None SELECT [] GRANT SELECT ON public."None" TO missing_reader;`,
		"public.by_owner SELECT [] GRANT SELECT ON public.part TO missing_owner;",
		`public.by_reader SELECT [] GRANT SELECT ON public."None" TO missing_reader;`,
		`public.part SELECT [B b c] GRANT SELECT ("B b", c) ON public.part TO missing_reader;`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %s\nwant %s", strings.Join(got, "\n     "), strings.Join(want, "\n     "))
	}
}
