package mask

// reading is what a column's name or comment says, whatever table it is in.
type reading struct {
	words   []string // as headline gives them
	chinese string
	kind    Kind // that the words end in, or ""
	things  bool // they end in something that is counted or numbered
}

// What was read lately of columns and of tables.
var (
	readings = remembering(read)
	people   = remembering(func(table string) bool { return rowsAre("people", table) })
	public   = remembering(func(table string) bool { return rowsAre("public", table) })
)

func read(text string) reading {
	words, chinese := headline(text)
	r := reading{words: words, chinese: chinese, things: ends("things", words, chinese)}
	length := 0
	for _, kind := range namedKinds {
		l := lexicons[string(kind)]
		if n := max(l.endOf(words, "tail"), l.endOfChinese(chinese, "tail")); n > length {
			r.kind, length = kind, n
		}
	}
	return r
}

// rowsAre says that a table's name or comment ends in a word for such rows.
func rowsAre(which, text string) bool {
	words, chinese := headline(text)
	l := lexicons[which]
	return l.endOf(words, "rows") > 0 || l.endOfChinese(chinese, "rows") > 0
}
