package mask

import (
	"regexp"
	"strings"
	"time"
)

var identityFinders = []finder{
	{sure: true, kind: Identity, digits: 17, valid: isResidentID,
		form: regexp.MustCompile(`[1-8]\d{16}[\dXx]`)},
	{kind: Identity, digits: 17, valid: resemblesResidentID, alone: true,
		form: regexp.MustCompile(`[1-8]\d{16}[\dXx]`)},
	{kind: Identity, digits: 15, valid: isOldResidentID,
		form: regexp.MustCompile(`[1-8]\d{14}`)},
	{kind: Identity, needs: "ABCDEFGHIJKLMNOPQRSTUVWXYZ", digits: 9, valid: isTaiwanID,
		form: regexp.MustCompile(`[A-Z][1289]\d{8}`)},
	{sure: true, kind: Identity, needs: "(", digits: 6, valid: isHongKongID, loose: true,
		form: regexp.MustCompile(`\b[A-Z]{1,2}\d{6}\([\dA]\)`)},
	{kind: Identity, needs: "ABCDEFGHIJKLMNOPQRSTUVWXYZ", digits: 6, valid: isHongKongID, alone: true,
		form: regexp.MustCompile(`[A-Z]{1,2}\d{6}[\dA]`)},
	{kind: Identity, needs: "-", digits: 9, valid: isSocialSecurity,
		form: regexp.MustCompile(`\d{3}-\d{2}-\d{4}`)},
	{kind: Identity, needs: "-", digits: 13, valid: isKoreanID,
		form: regexp.MustCompile(`\d{6}-[1-8]\d{6}`)},
	{kind: Identity, needs: ".", digits: 11, valid: isCPF,
		form: regexp.MustCompile(`\d{3}\.\d{3}\.\d{3}-\d{2}`)},
}

// isResidentID checks an identity number of GB 11643-1999: the province, the
// date of birth and the check character (ISO 7064, MOD 11-2).
func isResidentID(text string) bool {
	weights := [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for i, w := range weights {
		sum += w * int(text[i]-'0')
	}
	return resemblesResidentID(text) && strings.EqualFold("10X98765432"[sum%11:sum%11+1], text[17:])
}

// resemblesResidentID is that without the check character, which made-up
// numbers and those with a misprint lack.
func resemblesResidentID(text string) bool {
	return isProvince(text[:2]) && isDate("20060102", text[6:14]) && text[6:8] >= "18" && text[6:8] <= "20"
}

// isOldResidentID checks a number of 15 digits, as given out until 1999.
func isOldResidentID(text string) bool {
	return isProvince(text[:2]) && isDate("20060102", "19"+text[6:12])
}

// isProvince knows the codes of GB/T 2260.
func isProvince(code string) bool {
	return strings.Contains(" 11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83 ", " "+code+" ")
}

func isDate(layout, text string) bool {
	_, err := time.Parse(layout, text)
	return err == nil
}

// isTaiwanID checks a number of a citizen (1, 2) or a resident (8, 9).
func isTaiwanID(text string) bool {
	const order = "ABCDEFGHJKLMNPQRSTUVXYWZIO" // A is 10
	letter := strings.IndexByte(order, text[0]) + 10
	sum := letter/10 + letter%10*9
	for i := 1; i < 9; i++ {
		sum += int(text[i]-'0') * (9 - i)
	}
	return (sum+int(text[9]-'0'))%10 == 0
}

// isHongKongID checks a number with its check digit, in parentheses or not.
func isHongKongID(text string) bool {
	text = strings.NewReplacer("(", "", ")", "").Replace(text)
	if len(text) == 8 {
		text = " " + text
	}
	sum := 0
	for i := range 8 {
		sum += (9 - i) * hongKongValue(text[i])
	}
	check := hongKongValue(text[8])
	return (sum+check)%11 == 0
}

func hongKongValue(b byte) int {
	switch {
	case b == ' ':
		return 36
	case isDigit(b):
		return int(b - '0')
	}
	return int(b-'A') + 10
}

// isSocialSecurity leaves out what the United States do not give out.
func isSocialSecurity(text string) bool {
	return text[:3] != "000" && text[:3] != "666" && text[0] != '9' && text[4:6] != "00" && text[7:] != "0000"
}

func isKoreanID(text string) bool {
	century := map[byte]string{'1': "19", '2': "19", '5': "19", '6': "19", '3': "20", '4': "20", '7': "20", '8': "20"}[text[7]]
	return isDate("20060102", century+text[:6])
}

// isCPF checks both check digits of a Brazilian number.
func isCPF(text string) bool {
	digits := strings.NewReplacer(".", "", "-", "").Replace(text)
	if strings.Trim(digits, digits[:1]) == "" {
		return false
	}
	for n := 9; n <= 10; n++ {
		sum := 0
		for i := range n {
			sum += int(digits[i]-'0') * (n + 1 - i)
		}
		if int(digits[n]-'0') != sum*10%11%10 {
			return false
		}
	}
	return true
}
