package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"unicode/utf8"

	claviger "github.com/claviger/claviger"
)

// step names a statement for errors and says in words what a refusal of the
// database means.
type step struct {
	name   string // "insert workspace"
	taken  string // for a unique index: "slug is already taken"
	parent string // for a foreign key: what is missing, "workspace"
}

// exec runs a statement and returns how many rows it touched.
func (t *Tx) exec(ctx context.Context, s step, query string, args ...any) (int64, error) {
	if t.lost != nil {
		return 0, t.lost
	}
	args, err := plain(args)
	if err != nil {
		return 0, err
	}
	res, err := t.tx.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, t.lose(ctx, s, err)
	}
	n, err := res.RowsAffected()
	t.touched = t.touched || n > 0
	return n, t.lose(ctx, s, err)
}

// insert is exec for a statement that ends in ON CONFLICT DO NOTHING: a taken
// name is then an answer and not a failure, and the transaction goes on.
func (t *Tx) insert(ctx context.Context, s step, query string, args ...any) error {
	n, err := t.exec(ctx, s, query, args...)
	if err == nil && n == 0 {
		return claviger.Fail(claviger.Conflict, s.taken)
	}
	return err
}

// row reads one row into dest; none is claviger.Missing.
func (t *Tx) row(ctx context.Context, what string, dest []any, query string, args ...any) error {
	if t.lost != nil {
		return t.lost
	}
	args, err := plain(args)
	if err != nil {
		return claviger.Missing(what) // nothing can be stored under such a name
	}
	err = t.tx.QueryRowContext(ctx, query, args...).Scan(dest...)
	if errors.Is(err, sql.ErrNoRows) {
		return claviger.Missing(what)
	}
	return t.lose(ctx, step{name: "read " + what}, err)
}

// rows calls next for every row, which scans it.
func (t *Tx) rows(ctx context.Context, what, query string, args []any, next func(*sql.Rows) error) error {
	if t.lost != nil {
		return t.lost
	}
	args, err := plain(args)
	if err != nil {
		return nil //nolint:nilerr // nothing stored holds such a text
	}
	rows, err := t.tx.QueryContext(ctx, query, args...)
	return t.each(ctx, "list "+what, rows, err, next)
}

// each calls next for every row of a query's answer, and closes it.
func (t *Tx) each(ctx context.Context, name string, rows *sql.Rows, err error, next func(*sql.Rows) error) error {
	if err != nil {
		return t.lose(ctx, step{name: name}, err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := next(rows); err != nil {
			return t.lose(ctx, step{name: name}, err)
		}
	}
	return t.lose(ctx, step{name: name}, rows.Err())
}

// lose notes the failure of a statement and gives it the words of the product.
func (t *Tx) lose(ctx context.Context, s step, err error) error {
	if err == nil {
		return nil
	}
	if ctx.Err() != nil { // whatever the driver calls it
		err = ctx.Err()
	}
	switch class := t.d.Classify(err); {
	case class == Taken && s.taken != "":
		t.lost = claviger.Fail(claviger.Conflict, s.taken).Because(err)
	case class == NoParent && s.parent != "":
		t.lost = claviger.Missing(s.parent).Because(err)
	default:
		t.lost = t.d.fail(s.name, err)
	}
	return t.lost
}

// plain turns the product's string types into strings, and refuses text that
// not every database keeps.
func plain(args []any) ([]any, error) {
	for i, a := range args {
		v := reflect.ValueOf(a)
		if v.Kind() != reflect.String {
			continue
		}
		s := v.String()
		if strings.IndexByte(s, 0) >= 0 || !utf8.ValidString(s) {
			return nil, claviger.Fail(claviger.Invalid, "text holds a character that cannot be stored")
		}
		args[i] = s
	}
	return args, nil
}

// one reads one row outside any transaction: a single statement is consistent.
func (s *Store) one(ctx context.Context, what string, dest []any, query string, args ...any) error {
	err := s.control.Read.QueryRowContext(ctx, query, args...).Scan(dest...)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return claviger.Missing(what)
	case err != nil && ctx.Err() != nil:
		return fmt.Errorf("read %s: %w", what, ctx.Err())
	}
	return s.dialect.fail("read "+what, err)
}
