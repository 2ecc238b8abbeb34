package pairs

import (
	"cmp"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

const (
	pairSuffix     = "_pair.json"
	rejectedSuffix = "_rejected.json"
	// maxDatabase keeps names within the 255 bytes of a file system.
	maxDatabase = 180
)

// FileName is the name of the pair file of a database; stamp is the request's,
// YYYYMMDD_HHMMSS. Characters of the database's name that are not letters,
// digits, "_" or "-" become "_".
func FileName(database, stamp string) string {
	return "qs_" + plain(database) + "_" + stamp + pairSuffix
}

// RejectedName is the name of the file of rejects of a database.
func RejectedName(database, stamp string) string {
	return "qs_" + plain(database) + "_" + stamp + rejectedSuffix
}

// BackupName is the name under which a pair file's earlier content is kept.
func BackupName(name string) string { return name + ".backup" }

func plain(database string) string {
	name := strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' || r == '-' {
			return r
		}
		return '_'
	}, database)
	if len(name) > maxDatabase {
		name = strings.ToValidUTF8(name[:maxDatabase], "")
	}
	return name
}

var stamped = regexp.MustCompile(`_(\d{8}_\d{6})_pair\.json$`)

// Find names the newest pair file of a folder, by the stamp in the name, or
// reports fs.ErrNotExist.
func Find(fsys fs.FS) (string, error) {
	names, err := fs.Glob(fsys, "qs_*"+pairSuffix)
	if err != nil {
		return "", fmt.Errorf("list pair files: %w", err)
	}
	if len(names) == 0 {
		return "", fmt.Errorf("no qs_*%s: %w", pairSuffix, fs.ErrNotExist)
	}
	return slices.MaxFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(stamp(a), stamp(b)), cmp.Compare(a, b))
	}), nil
}

func stamp(name string) string {
	if m := stamped.FindStringSubmatch(name); m != nil {
		return m[1]
	}
	return ""
}
