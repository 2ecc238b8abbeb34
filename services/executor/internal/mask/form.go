package mask

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// blank stands for content whose form says nothing.
const blank = "***"

// form is what a value of a kind is shown as. It keeps what every value of the
// kind has in common (the @ of an address, the hyphens of a number) and how long
// numbers are, and nothing that tells values apart.
func form(kind Kind, value string) string {
	switch kind {
	case Email:
		return "***@***.com"
	case Phone:
		return phoneForm(value)
	case Identity, Card, Account, Birth, Plate, Network, Hardware, Location:
		return stars(value)
	case Address:
		return addressForm(value)
	}
	return blank
}

// maxStars bounds a mask, so that it is never longer than numbers are.
const maxStars = 40

// stars replaces letters and digits by asterisks. Signs between them stay,
// everything else too is an asterisk. Values without digits become blank.
func stars(value string) string {
	if !strings.ContainsFunc(value, unicode.IsDigit) {
		return blank
	}
	masked := strings.Map(func(r rune) rune {
		if strings.ContainsRune("+-()./: ,;·年月日", r) {
			return r
		}
		return '*'
	}, value)
	if runes := []rune(masked); len(runes) > maxStars {
		return string(runes[:maxStars])
	}
	return masked
}

var chineseMobile = regexp.MustCompile(`^((?:\+|00)?86[ \-]?)?1[3-9]`)

// phoneForm keeps the code of China and the first digit, which all its mobile
// telephones share. The customary 138****5678 would leave few to choose from.
func phoneForm(value string) string {
	value = strings.TrimSpace(value)
	if m := chineseMobile.FindStringSubmatch(value); m != nil {
		return m[1] + "1" + stars("0" + value[len(m[1])+1:])[1:]
	}
	return stars(value)
}

// structure are the characters and words of addresses that say what a part is.
const structure = "省市区县镇乡村路街巷弄号栋幢座室楼层"

var streets = strings.Fields("street st avenue ave road rd boulevard blvd lane ln drive dr court ct place square terrace way parkway highway apt suite unit box p.o. rue calle")

// postalCode matches what is short and has digits and capitals only.
var postalCode = regexp.MustCompile(`^[A-Z0-9][A-Z0-9 \-]{2,9}$`)

// addressForm keeps the words that every address has, and the length of postal
// codes.
func addressForm(value string) string {
	if postalCode.MatchString(value) {
		return stars(value)
	}
	var parts []string
	for word := range strings.FieldsSeq(value) {
		switch bare := strings.ToLower(strings.Trim(word, ".,;")); {
		case slices.Contains(streets, bare):
			parts = append(parts, strings.Trim(word, ".,;"))
		case strings.ContainsFunc(word, isHan):
			parts = append(parts, chineseAddress(word))
		case len(parts) == 0 || parts[len(parts)-1] != blank:
			parts = append(parts, blank)
		}
	}
	if len(parts) == 0 || len(parts) > 12 {
		return blank
	}
	return strings.Join(parts, " ")
}

// chineseAddress blanks what stands before each of the structure's characters.
func chineseAddress(word string) string {
	var out strings.Builder
	pending := false
	for _, r := range word {
		if !pending || !strings.ContainsRune(structure, r) {
			pending = true
			continue
		}
		out.WriteString(blank + string(r))
		pending = false
	}
	if pending {
		out.WriteString(blank)
	}
	return out.String()
}
