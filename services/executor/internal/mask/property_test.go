package mask

import (
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"
	"unicode"

	"pgregory.net/rapid"

	"github.com/citu/datapipeline/events"
)

func digits(t *rapid.T, n int, label string) string {
	return rapid.StringMatching(fmt.Sprintf(`[0-9]{%d}`, n)).Draw(t, label)
}

// residentID draws an identity number with a right check character.
func residentID(t *rapid.T) string {
	region := rapid.SampledFrom([]string{"110105", "330106", "440305", "654325", "810000"}).Draw(t, "region")
	day := time.Date(1920, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, rapid.IntRange(0, 38_000).Draw(t, "day"))
	body := region + day.Format("20060102") + digits(t, 3, "sequence")
	for _, check := range "0123456789X" {
		if isResidentID(body + string(check)) {
			return body + string(check)
		}
	}
	t.Fatalf("no check character fits %s", body)
	return ""
}

func card(t *rapid.T) string {
	prefix := rapid.SampledFrom([]string{"4", "51", "2221", "62", "6011", "3528", "955"}).Draw(t, "issuer")
	body := prefix + digits(t, 15-len(prefix), "number")
	for check := range 10 {
		if number := fmt.Sprint(body, check); luhn(number) {
			return number
		}
	}
	t.Fatalf("no check digit fits %s", body)
	return ""
}

func iban(t *rapid.T) string {
	country := rapid.SampledFrom([]string{"DE", "FR", "GB", "NL"}).Draw(t, "country")
	account := rapid.StringMatching(`[A-Z0-9]{4}[0-9]{14}`).Draw(t, "account")
	var number strings.Builder
	for _, r := range account + country + "00" {
		if r >= 'A' {
			fmt.Fprint(&number, int(r-'A')+10)
		} else {
			number.WriteRune(r)
		}
	}
	n, _ := new(big.Int).SetString(number.String(), 10)
	return fmt.Sprintf("%s%02d%s", country, 98-new(big.Int).Mod(n, big.NewInt(97)).Int64(), account)
}

func phone(t *rapid.T) string {
	number := "1" + rapid.StringMatching(`[3-9]`).Draw(t, "second") + digits(t, 9, "number")
	separator := rapid.SampledFrom([]string{"", "-", " "}).Draw(t, "separator")
	code := rapid.SampledFrom([]string{"", "+86", "+86 ", "86-", "0086"}).Draw(t, "code")
	return code + number[:3] + separator + number[3:7] + separator + number[7:]
}

func email(t *rapid.T) string {
	return rapid.StringMatching(`[a-z][a-z0-9._]{0,10}[a-z0-9]@[a-z]([a-z0-9-]{0,8}[a-z0-9])?\.(com|cn|org|com\.cn)`).Draw(t, "e-mail")
}

var generators = map[Kind]func(*rapid.T) string{Identity: residentID, Card: card, Account: iban, Phone: phone, Email: email}

func TestWhatIsMadeByTheRulesIsRecognised(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		for kind, draw := range generators {
			value := draw(t)
			if got, _ := shape(value); got != kind {
				t.Fatalf("%s has the shape of %q, want %q", value, got, kind)
			}
			before := rapid.SampledFrom([]string{"", "电话", "see ", "（", "a,b;", "\t", "x: ", "1. ", "id="}).Draw(t, "before")
			after := rapid.SampledFrom([]string{"", "。", " etc", "）", ";", "\n", ", 2", "'"}).Draw(t, "after")
			if masked := Text(before + value + after); strings.Contains(masked, value) {
				t.Fatalf("%q is %q", before+value+after, masked)
			}
		}
	})
}

// TestCheckDigitsFindEveryWrongCharacter: one wrong digit makes a number one
// that is no identity, card or account.
func TestCheckDigitsFindEveryWrongCharacter(t *testing.T) {
	checks := map[Kind]func(string) bool{Identity: isResidentID, Card: luhn, Account: isIBAN}
	rapid.Check(t, func(t *rapid.T) {
		for kind, valid := range checks {
			value := []byte(generators[kind](t))
			at := rapid.IntRange(4, len(value)-2).Draw(t, "position")
			if !isDigit(value[at]) {
				continue
			}
			if !valid(string(value)) {
				t.Fatalf("%s is refused", value)
			}
			value[at] = '0' + (value[at]-'0'+byte(rapid.IntRange(1, 9).Draw(t, "shift")))%10
			if valid(string(value)) {
				t.Fatalf("%s passes", value)
			}
		}
	})
}

// TestMasksSayNothing: two values of a kind that differ in digits and letters
// only have the same mask, and none holds a digit beyond what all share.
func TestMasksSayNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		for kind, draw := range generators {
			value := draw(t)
			masked := form(kind, value)
			left := strings.TrimPrefix(strings.TrimPrefix(strings.TrimPrefix(masked, "00"), "+"), "86")
			left = strings.TrimPrefix(strings.TrimLeft(left, " -"), "1")
			if strings.ContainsFunc(left, unicode.IsDigit) || strings.ContainsFunc(strings.TrimSuffix(left, "com"), unicode.IsLetter) {
				t.Fatalf("%s is shown as %s", value, masked)
			}
		}
	})
}

// TestNothingOfAPersonalColumnIsShown draws values without any shape for
// columns that say what they hold.
func TestNothingOfAPersonalColumnIsShown(t *testing.T) {
	columns := map[Kind]Column{}
	for kind, name := range map[Kind]string{
		Name: "full_name", Email: "email", Phone: "phone", Identity: "id_card", Card: "card_no", Account: "iban", Address: "address",
		Online: "wechat", Plate: "plate_no", Network: "ip", Hardware: "mac", Profile: "resume",
	} {
		columns[kind] = Column{Table: "public.t", Name: name, Type: "text"}
	}
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.StringMatching(`[ghjkmqz][ghjkmqz0-9 _]{0,30}[2-9][ghjkmqz]{3}`).Draw(t, "value")
		for kind, c := range columns {
			j := New(events.MaskData).Column(c)
			j.See([]byte(value))
			masked, changed := j.Mask(value)
			if !changed || j.Kind() != kind || strings.ContainsAny(masked, "ghjkqz23456789") {
				t.Fatalf("%s %q (%s) is shown as %q", c.Name, value, j.Kind(), masked)
			}
		}
	})
}

func TestMaskingTwiceChangesNoMore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "before") + rapid.SampledFrom(personal).Draw(t, "personal").text + rapid.String().Draw(t, "after")
		once := Text(text)
		if twice := Text(once); twice != once {
			t.Fatalf("%q, then %q, then %q", text, once, twice)
		}
	})
}
