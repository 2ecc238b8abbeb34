package mask_test

import (
	"testing"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/testkit/modelserver"
)

// failing are views whose reading fails with a row in the server's message.
const failing = `
CREATE TABLE holder (id int PRIMARY KEY, full_name text, nickname text);
INSERT INTO holder SELECT i, 'Zaphod Beeblebrox ' || i, 'Heart "of" Gold' FROM generate_series(1, 5) i;
CREATE DOMAIN short AS text CONSTRAINT short_text CHECK (length(value) < 3);
CREATE FUNCTION tell(who text) RETURNS text LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'row of %', who USING HINT = who, DETAIL = who; END$$;
CREATE FUNCTION clash(who text) RETURNS text LANGUAGE plpgsql AS $$BEGIN
  RAISE unique_violation USING MESSAGE = 'Key (c)=(' || who || ') already exists', DETAIL = who; END$$;
CREATE FUNCTION made(who text) RETURNS text LANGUAGE plpgsql AS $$DECLARE x text; BEGIN EXECUTE 'SELECT ' || quote_ident(who) INTO x; RETURN x; END$$;
CREATE VIEW v_cast AS SELECT id, full_name::int AS code FROM holder;
CREATE VIEW v_quotes AS SELECT id, nickname::date AS day FROM holder;
CREATE VIEW v_domain AS SELECT id, full_name::short AS code FROM holder;
CREATE VIEW v_told AS SELECT id, tell(full_name) AS code FROM holder;
CREATE VIEW v_clash AS SELECT id, clash(full_name) AS code FROM holder;
CREATE VIEW v_made AS SELECT id, made(full_name) AS code FROM holder;`

func TestNoErrorOfTheServerTellsOfARow(t *testing.T) {
	dsn, conn := people(t)
	if _, err := conn.PgConn().Exec(t.Context(), failing).ReadAll(); err != nil {
		t.Fatal(err)
	}
	rows := []string{"Zaphod", "Beeblebrox", "Heart", "Gold"}
	for _, masking := range []string{"", events.SchemaOnly} {
		for _, lang := range []events.Language{events.Chinese, events.English} {
			tr, result := trace(t, dsn, masking, lang, modelserver.New(t), all)
			for _, text := range rows {
				if names := tr.holding(text); len(names) > 0 {
					t.Errorf("%q stands in %v: %.400s", text, names, tr[names[0]])
				}
			}
			if said := len(tr.holding(lang.Pick("没有示例数据", "gets no examples"))); masking == "" && said < 6 || result.Failed > 0 {
				t.Errorf("%d views without examples: %+v", said, result)
			}
		}
	}
}
