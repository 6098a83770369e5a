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
	part    claviger.Page
}

// read counts the rows that match and calls next for each row of the page.
func (l list) read(ctx context.Context, t *Tx, w *where, next func(*sql.Rows) error) (total int, err error) {
	total, err = t.count(ctx, l.what, "SELECT COUNT(*) FROM "+l.from+w.text.String(), slices.Clone(w.args)...)
	if err != nil || beyond(l.part, total) {
		return total, err
	}
	return total, l.page(ctx, t, w, next)
}

// page calls next for each row of the page.
func (l list) page(ctx context.Context, t *Tx, w *where, next func(*sql.Rows) error) error {
	query := "SELECT " + l.columns + " FROM " + l.from + w.text.String() + " ORDER BY " + l.order +
		" LIMIT " + strconv.Itoa(l.part.Size) + " OFFSET " + strconv.Itoa(l.part.Offset())
	return t.rows(ctx, l.what, query, w.args, next)
}

// count is the number that a query answers.
func (t *Tx) count(ctx context.Context, what, query string, args ...any) (n int, err error) {
	err = t.row(ctx, what, []any{&n}, query, args...)
	if claviger.CodeOf(err) == claviger.NotFound {
		return 0, nil // an argument is text that nothing stored can hold
	}
	return n, err
}

// beyond says of a page that it has none of so many rows.
func beyond(p claviger.Page, total int) bool {
	return p.Number < 0 || p.Number > total/max(p.Size, 1)
}

// of qualifies a list of columns with the alias of its table.
func of(alias, columns string) string {
	names := strings.Split(columns, ",")
	for i, n := range names {
		names[i] = alias + "." + strings.TrimSpace(n)
	}
	return strings.Join(names, ", ")
}
