package ddl

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"unicode"

	"github.com/citu/datapipeline/services/executor/internal/catalog"
)

const (
	ddlSuffix         = ".ddl"
	detailSuffix      = "_detail.md"
	typesSuffix       = "_types" + ddlSuffix
	constraintsSuffix = "_constraints" + ddlSuffix
	mappingFile       = "filename_mapping.txt"
)

// naming says what the files of tables and schemas are called.
type naming struct {
	tables  map[catalog.Name]Entry
	schemas map[string]string // the beginning of <schema>_types.ddl
}

// nameFiles calls the files of public.t after t and those of s.t after s_t.
// Where names would clash, on file systems that ignore letter case too, each
// of them gets eight digits of a hash of its full name; and so does a table
// that would take a file of a schema or of a later step.
func nameFiles(schema *catalog.Schema) naming {
	n := naming{map[catalog.Name]Entry{}, map[string]string{}}
	reserved := []string{"metadata"} // metadata_detail.md is another step's
	var spaces []wish[string]
	for _, s := range schema.Namespaces {
		spaces = append(spaces, wish[string]{s.Name, safe(s.Name), s.Name})
	}
	for name, stem := range grant(spaces, nil) {
		n.schemas[name] = stem
		reserved = append(reserved, stem+"_types", stem+"_constraints")
	}
	var tables []wish[catalog.Name]
	for _, t := range schema.Tables {
		tables = append(tables, wish[catalog.Name]{t.FullName(), stem(t.FullName()), t.Schema + "." + t.Name})
	}
	for name, stem := range grant(tables, reserved) {
		n.tables[name] = Entry{name, stem + ddlSuffix, stem + detailSuffix}
	}
	return n
}

// wish is a file name, without its end, that something would like to have.
type wish[K comparable] struct {
	key  K
	stem string
	full string // what is hashed
}

func (w wish[K]) hashed() string {
	sum := sha256.Sum256([]byte(w.full))
	return w.stem + "_" + hex.EncodeToString(sum[:4])
}

// grant fulfils wishes, with a hash where two clash or one is reserved. That
// may clash once more, with a name that looks like a hashed one.
func grant[K comparable](wishes []wish[K], reserved []string) map[K]string {
	granted := map[K]string{}
	for _, w := range wishes {
		granted[w.key] = w.stem
	}
	for settled := false; !settled; {
		settled = true
		takers := map[string]int{}
		for _, stem := range reserved {
			takers[fold(stem)]++
		}
		for _, stem := range granted {
			takers[fold(stem)]++
		}
		for _, w := range wishes {
			if takers[fold(granted[w.key])] > 1 && granted[w.key] != w.hashed() {
				granted[w.key], settled = w.hashed(), false
			}
		}
	}
	return granted
}

func stem(n catalog.Name) string {
	if n.Schema == "public" {
		return safe(n.Name)
	}
	return safe(n.Schema) + "_" + safe(n.Name)
}

// safe keeps letters, digits and "_".
func safe(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' {
			return r
		}
		return '_'
	}, name)
}

// fold makes names equal that a file system may take for one.
func fold(s string) string { return strings.ToLower(strings.ToUpper(s)) }
