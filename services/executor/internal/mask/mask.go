// Package mask keeps personal data and secrets out of what is written and sent.
// It decides by what columns are called, in English, Chinese and pinyin, and by
// the shape of their values, check digits included. It does no I/O.
//
// A masked value shows what sort of value it is and nothing of its content:
// equal values give equal masks, and unequal ones mostly do too, so that a mask
// can be neither reversed nor found by trying. docs/masking.md says what is
// recognised and what is not.
package mask

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/citu/datapipeline/events"
)

// Kind is a kind of personal data, or a secret.
type Kind string

// The kinds.
const (
	Name     Kind = "name"          // of a person
	Email    Kind = "email"         //
	Phone    Kind = "phone"         // telephone and fax
	Identity Kind = "identity"      // resident identity and social security numbers, passports, licences
	Card     Kind = "card"          // payment cards
	Account  Kind = "bank_account"  // IBAN and other numbers of bank accounts
	Address  Kind = "address"       // of a street, and postal codes
	Birth    Kind = "birth_date"    //
	Online   Kind = "online_id"     // user names, WeChat, QQ and the like
	Plate    Kind = "licence_plate" // and vehicle identification numbers
	Network  Kind = "ip_address"    //
	Hardware Kind = "mac_address"   // and identifiers of devices
	Location Kind = "location"      // geographic coordinates
	Profile  Kind = "profile"       // prose about a person
	Secret   Kind = "secret"        // passwords, tokens, keys
)

// labels are the kinds in words.
var labels = map[Kind][2]string{
	Name: {"姓名", "names"}, Email: {"邮箱", "e-mail addresses"}, Phone: {"电话", "telephone numbers"},
	Identity: {"证件号", "identity numbers"}, Card: {"银行卡号", "card numbers"}, Account: {"银行账号", "bank accounts"},
	Address: {"地址", "addresses"}, Birth: {"出生日期", "dates of birth"}, Online: {"网络账号", "online identities"},
	Plate: {"车牌号", "licence plates"}, Network: {"IP 地址", "IP addresses"}, Hardware: {"设备标识", "device identifiers"},
	Location: {"地理坐标", "coordinates"}, Profile: {"个人简介", "profiles"}, Secret: {"密码与密钥", "secrets"},
}

// Label is the kind in words.
func (k Kind) Label(lang events.Language) string { return lang.Pick(labels[k][0], labels[k][1]) }

// Rules counts the versions of what is masked. Raise it with every rule that
// masks more than before: what an earlier version let through is then not taken
// over from earlier tasks.
const Rules = 2

// Masker masks what one run reads and keeps count. It may be used concurrently.
type Masker struct {
	mode    string
	mu      sync.Mutex
	columns map[columnName]*Masked
	known   known
}

type columnName struct{ table, column string }

// New returns a masker for a mode of events.Options. With events.MaskOff it
// changes nothing but still withholds secrets; events.SchemaOnly masks, should
// anything be read nevertheless.
func New(mode string) *Masker {
	return &Masker{
		mode: cmp.Or(mode, events.MaskData), columns: map[columnName]*Masked{},
		known: known{tables: map[string]map[fingerprint]Kind{}, whole: map[columnName]Kind{}, memories: map[string]memory{}},
	}
}

// Mode is the mode, never empty.
func (m *Masker) Mode() string { return m.mode }

// Reads says whether rows may be read at all.
func (m *Masker) Reads() bool { return m.mode != events.SchemaOnly }

// Text masks personal data within a text, such as a comment or a message. It is
// for texts that belong to no column and counts nothing.
func (m *Masker) Text(text string) string {
	if m.mode == events.MaskOff {
		return text
	}
	return Text(text)
}

// Withhold notes that the values of a column were not read since it holds
// secrets.
func (m *Masker) Withhold(c Column) { m.count(c, Secret, 0) }

func (m *Masker) count(c Column, kind Kind, values int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	name := columnName{c.Table, c.Name}
	if m.columns[name] == nil {
		m.columns[name] = &Masked{Table: c.Table, Column: c.Name, Kind: kind}
	}
	m.columns[name].Values += values
}

// maxReported bounds the columns that a report names.
const maxReported = 200

// Report is what was masked, as ddl_generation_result.json holds it.
type Report struct {
	// Mode is a mode of events.Options.
	Mode string `json:"mode"`
	// Values is the number of values read that were masked.
	Values int `json:"values"`
	// TotalColumns counts the columns concerned, of which Columns names the
	// first 200 by table and column. It is never nil.
	TotalColumns int      `json:"total_columns"`
	Columns      []Masked `json:"columns"`
}

// Masked is a column with masked values. Secrets are not read at all and count
// no value.
type Masked struct {
	Table  string `json:"table"` // with its schema
	Column string `json:"column"`
	Kind   Kind   `json:"kind"`
	Values int    `json:"values"`
}

// Report says what has been masked so far.
func (m *Masker) Report() Report {
	m.mu.Lock()
	defer m.mu.Unlock()
	r := Report{Mode: m.mode, TotalColumns: len(m.columns), Columns: []Masked{}}
	for _, c := range m.columns {
		r.Columns = append(r.Columns, *c)
		r.Values += c.Values
	}
	slices.SortFunc(r.Columns, func(a, b Masked) int {
		return cmp.Or(strings.Compare(a.Table, b.Table), strings.Compare(a.Column, b.Column))
	})
	r.Columns = r.Columns[:min(len(r.Columns), maxReported)]
	return r
}

// Summary says in a sentence what has been masked so far, or that nothing is.
func (m *Masker) Summary(lang events.Language) string {
	switch m.mode {
	case events.MaskOff:
		return lang.Pick("未启用脱敏：示例与问题中的数据均为原样，可能含有个人信息",
			"Masking is off: examples and questions hold data as they are, personal data included")
	case events.SchemaOnly:
		return lang.Pick("仅读取结构：不读取任何数据行", "Schema only: no row is read")
	}
	counts := m.kinds()
	if len(counts) == 0 {
		return lang.Pick("脱敏：未发现个人信息", "Masking: no personal data was found")
	}
	total, parts := 0, make([]string, 0, len(counts))
	for _, k := range slices.Sorted(maps.Keys(counts)) {
		total += counts[k]
		parts = append(parts, lang.Sprintf("%s %d", "%s %d", k.Label(lang), counts[k]))
	}
	return lang.Sprintf("脱敏：%d 个字段含有个人信息，其值已遮盖或未读取（%s）",
		"Masking: %d columns with personal data, whose values are masked or not read (%s)",
		total, strings.Join(parts, lang.Pick("、", ", ")))
}

// kinds counts the columns by kind.
func (m *Masker) kinds() map[Kind]int {
	m.mu.Lock()
	defer m.mu.Unlock()
	counts := map[Kind]int{}
	for _, c := range m.columns {
		counts[c.Kind]++
	}
	return counts
}
