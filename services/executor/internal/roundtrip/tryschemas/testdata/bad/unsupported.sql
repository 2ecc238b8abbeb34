CREATE OPERATOR CLASS by_size FOR TYPE int USING btree AS OPERATOR 1 <, OPERATOR 3 =, FUNCTION 1 btint4cmp(int, int);
CREATE TABLE t (a int);
CREATE INDEX ON t (a by_size);
