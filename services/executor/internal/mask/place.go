package mask

import (
	"regexp"
	"strconv"
	"strings"
)

const chineseDigit = `[0-9A-Za-z一二三四五六七八九十百零〇甲乙丙丁]`

// streetWords are the ends of English streets, one of which a text must hold.
var streetWords = strings.Fields("St Ave Road Rd Boulevard Blvd Lane Ln Drive Dr Court Ct Place Pl Square Sq Terrace Way Parkway Pkwy Highway Hwy Circle Cir Crescent Close Gardens")

var placeFinders = []finder{
	// Chinese licence plates, GA 36: seven characters, eight of new energy
	{sure: true, kind: Plate, needs: "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼", digits: 2, loose: true, valid: isPlate,
		form: regexp.MustCompile(`[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Z][·• \-]?[A-HJ-NP-Z0-9]{4,5}[A-HJ-NP-Z0-9挂学警港澳]`)},
	// a way and a number in it, with what stands before and behind
	{sure: true, kind: Address, needs: "路街巷弄道同里村镇乡园区苑庄屯坊", words: []string{"号", "弄", "栋", "幢", "座", "元", "室", "楼", "组", "巷"}, loose: true,
		form: regexp.MustCompile(`\p{Han}*(?:路|街|巷|弄|大道|道|胡同|里|村|镇|乡|街道|园|区|苑|庄|屯|坊)` +
			`(?:[\p{Han}（(]{0,8})?` + chineseDigit + `{1,6}[\-—－]?[0-9A-Za-z]{0,5}(?:号|弄|栋|幢|座|单元|室|楼|组|巷)` +
			`(?:[\p{Han}（()）]{0,10}` + chineseDigit + `{1,6}[\-—－]?[0-9]{0,5}(?:号楼|号|弄|栋|幢|座|单元|层|楼|室|户|房))*(?:[\-—－]?[0-9]{1,5}){0,3}(?:室|户|房)?`)},
	// a number and a street in English
	{sure: true, kind: Address, words: streetWords, digits: 1,
		form: regexp.MustCompile(`\d{1,6}(?:-\d{1,5})?[A-Za-z]?,? (?:[NSEW]\.? )?(?:[A-Z0-9][\w.'’-]*,? ){1,4}` +
			`(?:Street|Str?|Avenue|Ave|Road|Rd|Boulevard|Blvd|Lane|Ln|Drive|Dr|Court|Ct|Place|Pl|Square|Sq|Terrace|Way|Parkway|Pkwy|Highway|Hwy|Circle|Cir|Crescent|Close|Gardens)\b\.?` +
			`(?: (?:[NSEW]{1,2}\b\.?))?(?:,? (?:Apt|Apartment|Suite|Ste|Unit|Floor|Fl|Room|Rm|#)\.? ?#?[\w\-]+)?`)},
	// French and other Romance languages
	{sure: true, kind: Address, words: []string{"ue ", "oulevard ", "lace ", "hemin ", "ll", "uai ", "mpasse ", "UE ", "OULEVARD ", "LACE "}, digits: 1,
		form: regexp.MustCompile(`\d{1,5}(?: ?(?:bis|ter))?,? (?i:rue|avenue|boulevard|place|chemin|all[ée]e|quai|impasse) (?:de |du |des |la |le |l'|d')*\p{Lu}[\p{L}'\-]*(?: \p{Lu}[\p{L}'\-]*){0,3}`)},
	{sure: true, kind: Address, words: []string{"Rua ", "Avenida ", "Av. ", "Via ", "Viale ", "Calle ", "Plaza ", "Piazza "}, digits: 1,
		form: regexp.MustCompile(`(?:Rua|Avenida|Av\.|Via|Viale|Calle|Plaza|Piazza) (?:d[aeo]s? |del |la |el )*\p{Lu}[\p{L}'\-]*(?: \p{L}[\p{L}'\-]*){0,3},? (?:n[º.] ?)?\d{1,5}`)},
	// German
	{sure: true, kind: Address, words: []string{"straße ", "strasse ", "tr. ", "weg ", "Weg ", "gasse ", "allee ", "Allee ", "platz ", "Platz ", "Straße ", "Strasse "}, digits: 1,
		form: regexp.MustCompile(`\p{Lu}[\p{L}\-]*(?:[ \-]\p{Lu}\p{L}*)?(?:straße|strasse|[ \-]?[Ss]tr\.|weg|gasse|allee|platz|[ \-]Platz|[ \-]Allee|[ \-]Weg|[ \-]Straße|[ \-]Strasse) \d{1,4}(?: ?[a-z]\b)?`)},
	{sure: true, kind: Address, words: []string{"ox", "OX", "fach"}, digits: 1,
		form: regexp.MustCompile(`(?i:P\.? ?O\.? Box|Postfach) #?\d{1,7}`)},
	{kind: Location, needs: ".", digits: 8, valid: isCoordinates,
		form: regexp.MustCompile(`[+\-]?\d{1,3}\.\d{4,}°?[NSns]?[,; ]\s*[+\-]?\d{1,3}\.\d{4,}°?[EWew]?`)},
}

// isPlate wants digits enough, which words do not have.
func isPlate(text string) bool {
	n := 0
	for _, r := range text {
		if r >= '0' && r <= '9' {
			n++
		}
	}
	return n >= 2
}

var number = regexp.MustCompile(`[+\-]?\d+\.\d+`)

// isCoordinates wants a latitude and a longitude, in either order.
func isCoordinates(text string) bool {
	found := number.FindAllString(text, -1)
	if len(found) != 2 {
		return false
	}
	a, _ := strconv.ParseFloat(strings.TrimPrefix(found[0], "+"), 64)
	b, _ := strconv.ParseFloat(strings.TrimPrefix(found[1], "+"), 64)
	within := func(f, limit float64) bool { return -limit <= f && f <= limit }
	return within(a, 180) && within(b, 180) && (within(a, 90) || within(b, 90))
}
