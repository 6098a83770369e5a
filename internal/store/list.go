package store

import (
	"context"
	"database/sql"
	"slices"
	"strconv"
	"strings"

	claviger "github.com/claviger/claviger"
)

// live is the condition of rows that are not archived. The partial indexes
// have it word for word, which SQLite asks for.
const live = "status <> 'archived'"

// list is one page of a query and how many rows there are on all pages.
type list struct {
	what    string
	columns string
	from    string
	order   string
	page    claviger.Page
}

// read counts the rows that match and calls next for each row of the page.
func (l list) read(ctx context.Context, t *Tx, w *where, next func(*sql.Rows) error) (total int, err error) {
	err = t.row(ctx, l.what, []any{&total}, "SELECT COUNT(*) FROM "+l.from+w.text.String(), slices.Clone(w.args)...)
	if claviger.CodeOf(err) == claviger.NotFound {
		return 0, nil // the filter holds text that nothing stored can hold
	}
	if err != nil || l.page.Number < 0 || l.page.Number > total/max(l.page.Size, 1) {
		return total, err
	}
	query := "SELECT " + l.columns + " FROM " + l.from + w.text.String() + " ORDER BY " + l.order +
		" LIMIT " + strconv.Itoa(l.page.Size) + " OFFSET " + strconv.Itoa(l.page.Offset())
	return total, t.rows(ctx, l.what, query, w.args, next)
}

// of qualifies a list of columns with the alias of its table.
func of(alias, columns string) string {
	names := strings.Split(columns, ",")
	for i, n := range names {
		names[i] = alias + "." + strings.TrimSpace(n)
	}
	return strings.Join(names, ", ")
}
