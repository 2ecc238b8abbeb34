package mask

import "strings"

// Text masks what is personal or secret within a text and leaves the rest as it
// is. Masking twice changes no more.
func Text(text string) string {
	masked, _ := within(text, false)
	return masked
}

// within masks parts of a text, of the sure ones only where so told, and returns
// their kinds.
func within(text string, sureOnly bool) (string, []Kind) {
	wide := narrow(text)
	var out strings.Builder
	var kinds []Kind
	end := 0
	for _, s := range find(wide) {
		if sureOnly && !s.sure {
			continue
		}
		out.WriteString(wide[end:s.start])
		out.WriteString(form(s.kind, wide[s.start:s.end]))
		end = s.end
		kinds = append(kinds, s.kind)
	}
	if len(kinds) == 0 {
		return text, nil
	}
	out.WriteString(wide[end:])
	return out.String(), kinds
}

// cover masks the whole of a value of a column of a kind.
func (c Column) cover(kind Kind, value string) string {
	if c.structured(value) {
		masked, _ := c.document(value, kind, false)
		return masked
	}
	return form(kind, value)
}

// within masks what is personal within a value of a column that is not.
func (c Column) within(value string, sureOnly bool) (string, []Kind) {
	if c.structured(value) {
		return c.document(value, "", sureOnly)
	}
	return within(value, sureOnly)
}

// structured says that a value consists of names and values, or of several
// values: JSON, in a text too, an array or an hstore.
func (c Column) structured(value string) bool {
	if c.isArray() || typeFamily(c.Type) == documentFamily || strings.HasSuffix(c.Type, "hstore") {
		return true
	}
	value = strings.TrimSpace(value)
	for _, begin := range []string{`{"`, `["`, `[{`} {
		if strings.HasPrefix(value, begin) {
			return true
		}
	}
	return false
}
