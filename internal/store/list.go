package store

import (
	"cmp"
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
	// counted is what the total is counted from, where less than from will do.
	counted string
	// kept is where list_counts has the total of rows that need no counting.
	kept *where
}

// read counts the rows that match and calls next for each row of the page.
func (l list) read(ctx context.Context, t *Tx, w *where, next func(*sql.Rows) error) (total int, err error) {
	counting, args := "SELECT COUNT(*) FROM "+cmp.Or(l.counted, l.from)+w.text.String(), w.args
	if l.kept != nil {
		counting, args = "SELECT COALESCE(SUM(live), 0) FROM list_counts"+l.kept.text.String(), l.kept.args
	}
	total, err = t.count(ctx, l.what, counting, slices.Clone(args)...)
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

// kept is where the database keeps the number of an organisation's live rows
// in a list, or of those of a workspace.
func kept(list string, org claviger.OrganisationID, ws claviger.WorkspaceID) *where {
	var w where
	w.and("organisation_id = ?", org)
	w.and("list = ?", list)
	w.and("workspace_id = ?", ws)
	return &w
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
