package catalog

import (
	"fmt"
	"testing"
)

func TestPasswordsOfConnectionStringsAreTakenOut(t *testing.T) {
	for sql, want := range map[string]string{
		`dblink('host=a password=hush dbname=b', 'SELECT 1')`:   `dblink('host=a password=*** dbname=b', 'SELECT 1')`,
		`dblink('password=hush host=a')`:                        `dblink('password=*** host=a')`,
		`dblink('host=a password=''hu sh''')`:                   `dblink('host=a password=***')`,
		`dblink_connect('password=hush')`:                       `dblink_connect('password=***')`,
		`dblink('HOST = a  PASSWORD = hush')`:                   `dblink('HOST = a  PASSWORD = ***')`,
		`dblink('postgres://u:hush@h/d', '')`:                   `dblink('postgres://u:***@h/d', '')`,
		`-- it's` + "\n" + `x := 'user=u password=hush';`:       `-- it's` + "\n" + `x := 'user=u password=***';`,
		`WHERE user = a AND password = crypt(p, password)`:      `WHERE user = a AND password = crypt(p, password)`,
		`SELECT 'a password = b' WHERE port = 1`:                `SELECT 'a password = b' WHERE port = 1`,
		`WHERE (u.password = p.password) AND link ~ 'http://a'`: `WHERE (u.password = p.password) AND link ~ 'http://a'`,
	} {
		if got := scrub(sql); got != want {
			t.Errorf("%s\nbecame %s\nwant   %s", sql, got, want)
		}
	}
}

func TestSecretOptionsAreMasked(t *testing.T) {
	got := parseOptions([]string{"host=h", "password=hush", "API_KEY=hush", "url=http://u:hush@h", "dsn=server=s;pwd=hush",
		"header=Authorization: Basic hush", "filename=/a=b", "empty="})
	want := []Option{{"API_KEY", "***"}, {"dsn", "***"}, {"empty", ""}, {"filename", "/a=b"}, {"header", "***"}, {"host", "h"},
		{"password", "***"}, {"url", "***"}}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}
