package words

import (
	"cmp"
	"strings"
)

var (
	// invariant words are the same in the plural, or have none.
	invariant = set(`series species news data metadata information info staff equipment feedback history
		inventory stock traffic weather music software hardware revenue money freight attendance payroll maintenance depreciation goods`)
	irregular = map[string]string{
		"person": "people", "child": "children", "man": "men", "woman": "women", "datum": "data",
		"index": "indexes", "matrix": "matrices", "hero": "heroes", "superhero": "superheroes",
		"analysis": "analyses", "status": "statuses", "leaf": "leaves", "shelf": "shelves", "half": "halves",
		"quiz": "quizzes", "bus": "buses", "gas": "gases", "potato": "potatoes", "address": "addresses",
	}
	regular  = invert(irregular)
	upperish = map[string]string{
		"id": "ID", "ids": "IDs", "url": "URL", "uuid": "UUID", "ip": "IP", "sku": "SKU", "vat": "VAT", "api": "API",
		"isbn": "ISBN", "iban": "IBAN", "etc": "ETC", "gdp": "GDP", "kpi": "KPI", "us": "US", "cpu": "CPU",
		"bom": "BOM", "gpa": "GPA", "vin": "VIN", "hr": "HR", "crm": "CRM", "pin": "PIN",
	}
)

// abbreviations stand for words that people would say.
var abbreviations = map[string]string{
	"abbr": "abbreviation", "addr": "address", "amt": "amount", "avg": "average", "dept": "department", "desc": "description",
	"lat": "latitude", "lng": "longitude", "lon": "longitude", "max": "maximum", "min": "minimum", "mgr": "manager",
	"org": "organization", "prev": "previous", "prod": "product", "qty": "quantity", "tel": "telephone", "txn": "transaction",
	"sys": "system", "del": "deleted",
}

// spellOut writes out the abbreviations in a phrase, and "no" behind others.
func spellOut(phrase string) string {
	parts := strings.Split(phrase, " ")
	for i, word := range parts {
		parts[i] = cmp.Or(abbreviations[word], word)
	}
	if last := len(parts) - 1; last > 0 && (parts[last] == "no" || parts[last] == "num") {
		parts[last] = "number"
	}
	return strings.Join(parts, " ")
}

func invert(m map[string]string) map[string]string {
	out := map[string]string{}
	for one, many := range m {
		out[many] = one
	}
	return out
}

// acronyms writes those in a phrase in capitals.
func acronyms(phrase string) string {
	parts := strings.Split(phrase, " ")
	for i, word := range parts {
		if upper, ok := upperish[word]; ok {
			parts[i] = upper
		}
	}
	return strings.Join(parts, " ")
}

// Stem is an identifier's words in lower case, without endings of the
// plural and numbers: "address" for address2.
func Stem(name string) []string {
	parts := Split(name)
	for i, p := range parts {
		parts[i] = singularWord(p)
		if bare := strings.TrimRight(p, "0123456789"); len(bare) > 3 {
			parts[i] = singularWord(bare)
		}
	}
	return parts
}
