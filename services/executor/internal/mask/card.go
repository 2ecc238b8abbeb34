package mask

import (
	"regexp"
	"strings"
)

var cardFinders = []finder{
	{kind: Card, digits: 14, valid: isCard,
		form: regexp.MustCompile(`\d{14,19}|\d{4}(?:[ \-]\d{4}){2,3}(?:[ \-]\d{1,4})?|\d{4}[ \-]\d{6}[ \-]\d{4,5}|\d{6}[ \-]\d{8,13}`)},
	{sure: true, kind: Account, needs: "ABCDEFGHIJKLMNOPQRSTUVWXYZ", digits: 8, valid: isIBAN,
		form: regexp.MustCompile(`[A-Z]{2}\d{2}[A-Z0-9]{11,30}`)},
	{sure: true, kind: Account, needs: "ABCDEFGHIJKLMNOPQRSTUVWXYZ", digits: 8, valid: isIBAN,
		form: regexp.MustCompile(`[A-Z]{2}\d{2}(?: [A-Z0-9]{4}){2,7}(?: [A-Z0-9]{1,3})?`)},
}

// issuers are the beginnings of card numbers and how long those are, after
// ISO/IEC 7812 as the schemes publish them; 955 are old cards of Chinese banks.
var issuers = []struct {
	from, to string
	min, max int
}{
	{"4", "4", 16, 19}, {"51", "55", 16, 16}, {"2221", "2720", 16, 16}, {"34", "34", 15, 15}, {"37", "37", 15, 15},
	{"62", "62", 16, 19}, {"81", "81", 16, 19}, {"6011", "6011", 16, 19}, {"644", "65", 16, 19}, {"3528", "3589", 16, 19},
	{"300", "305", 14, 19}, {"36", "36", 14, 19}, {"38", "39", 14, 19}, {"50", "50", 16, 19}, {"56", "58", 16, 19},
	{"60", "60", 16, 19}, {"63", "63", 16, 19}, {"67", "69", 16, 19}, {"2200", "2204", 16, 19}, {"955", "955", 16, 19},
}

// isCard checks the issuer, the length it gives out and the check digit.
func isCard(text string) bool {
	digits := strings.NewReplacer(" ", "", "-", "").Replace(text)
	if !luhn(digits) {
		return false
	}
	for _, i := range issuers {
		if digits[:len(i.from)] >= i.from && digits[:len(i.to)] <= i.to && len(digits) >= i.min && len(digits) <= i.max {
			return true
		}
	}
	return false
}

// luhn is the check of ISO/IEC 7812-1.
func luhn(digits string) bool {
	sum := 0
	for i := range len(digits) {
		d := int(digits[len(digits)-1-i] - '0')
		if i%2 == 1 {
			d *= 2
		}
		sum += d/10 + d%10
	}
	return sum%10 == 0
}

// isIBAN checks the number by ISO 13616 (mod 97).
func isIBAN(text string) bool {
	text = strings.ReplaceAll(text, " ", "")
	if len(text) < 15 || len(text) > 34 {
		return false
	}
	remainder := 0
	for _, r := range text[4:] + text[:4] {
		if r >= 'A' {
			remainder = (remainder*100 + int(r-'A') + 10) % 97
		} else {
			remainder = (remainder*10 + int(r-'0')) % 97
		}
	}
	return remainder == 1
}
