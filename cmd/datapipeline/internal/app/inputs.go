package app

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/citu/datapipeline/events"
	"github.com/citu/datapipeline/internal/kit/dsn"
)

// maxTableList bounds the file of the table list, in bytes.
const maxTableList = 2 << 20

// faults collects what is wrong with a command line.
type faults struct {
	lang events.Language
	list []string
}

func (f *faults) add(zh, en string, args ...any) {
	f.list = append(f.list, f.lang.Sprintf(zh, en, args...))
}

// database is the name of the business database.
func (c *run) database(f *faults) string {
	if c.DBConnection == "" {
		f.add("缺少 --db-connection：请给出业务数据库的连接串，或设置环境变量 DP_DB_CONNECTION",
			"--db-connection is missing: give the connection string of the business database, or set DP_DB_CONNECTION")
		return ""
	}
	name, err := dsn.Database(c.DBConnection)
	if err != nil {
		f.add("--db-connection 不是可用的 PostgreSQL 连接串：%s", "--db-connection is not a usable PostgreSQL connection string: %s", dsn.ReasonOf(err).In(f.lang))
	}
	return name
}

// tables are the lines of the table list; a later step alone needs none.
func (c *run) tables(f *faults) []string {
	if c.TableList == "" {
		if step, err := events.ParseStep(c.SingleStep); err != nil || step == events.StepDDL {
			f.add("缺少 --table-list：请给出列有表名的文件", "--table-list is missing: name a file with the tables")
		}
		return []string{}
	}
	text, err := readText(c.TableList, maxTableList)
	if err != nil {
		f.add("--table-list：%s", "--table-list: %s", f.reading(err))
		return []string{}
	}
	var lines []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	if len(lines) == 0 {
		f.add("--table-list：%s 中没有表名", "--table-list: %s names no table", c.TableList)
	}
	return lines
}

func (c *run) tableListFile() string {
	if c.TableList == "" {
		return ""
	}
	return filepath.Base(c.TableList)
}

// context is the text itself, or what the file behind @ holds.
func (c *run) context(f *faults) string {
	text, err := c.BusinessContext, error(nil)
	if file, ok := strings.CutPrefix(text, "@"); ok {
		text, err = readText(file, events.MaxBusinessContext)
	}
	switch {
	case err != nil:
		f.add("--business-context：%s", "--business-context: %s", f.reading(err))
	case len(text) > events.MaxBusinessContext:
		f.add("--business-context：超过 %d 字节", "--business-context: more than %d bytes", events.MaxBusinessContext)
	case !utf8.ValidString(text):
		f.add("--business-context：%s", "--business-context: %s", f.reading(errNotText))
	}
	return text
}

var (
	errTooLarge = errors.New("too large")
	errNotText  = errors.New("not UTF-8")
)

// reading says why a file could not be taken.
func (f *faults) reading(err error) string {
	var missing *os.PathError
	switch {
	case errors.Is(err, errNotText):
		return f.lang.Pick("内容不是 UTF-8 编码，请转换后重试", "the text is not UTF-8: convert it first")
	case errors.Is(err, os.ErrNotExist) && errors.As(err, &missing):
		return f.lang.Sprintf("文件 %s 不存在", "there is no file %s", missing.Path)
	}
	return err.Error()
}

// readText reads a UTF-8 text of limited size, without its byte order mark.
func readText(name string, limit int64) (string, error) {
	file, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer file.Close() //nolint:errcheck // it was only read
	text, err := io.ReadAll(io.LimitReader(file, limit+1))
	switch {
	case err != nil:
		return "", err
	case int64(len(text)) > limit:
		return "", fmt.Errorf("%s: %w (> %d bytes)", name, errTooLarge, limit)
	case !utf8.Valid(text):
		return "", fmt.Errorf("%s: %w", name, errNotText)
	}
	return strings.TrimPrefix(string(text), "\ufeff"), nil
}
