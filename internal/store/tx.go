package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"time"
	"unicode/utf8"

	claviger "github.com/claviger/claviger"
)

const (
	// contendedAttempts bounds how often a transaction is run when the database
	// says another one got in between. Under serialisable isolation that is
	// normal among concurrent writers, so the bound is generous.
	contendedAttempts = 16
	// staleAttempts bounds it when a row had another version than expected:
	// only a version read outside the transaction can be stale.
	staleAttempts = 3
	maxPause      = 100 * time.Millisecond
)

// Tx is one transaction, valid until the function it was given to returns. It
// is for one goroutine.
type Tx struct {
	tx *sql.Tx
	d  *Dialect
	// lost is the first failure of a statement. PostgreSQL refuses everything
	// after it, so on both databases nothing after it is kept.
	lost error
}

// View runs fn on one consistent state of the data, which it cannot change.
func (s *Store) View(ctx context.Context, fn func(*Tx) error) error {
	return s.transact(ctx, s.control.Read, &s.dialect.View, fn)
}

// Update runs fn in a transaction that is kept only when fn returns nil and
// every statement in it worked. Transactions behave as if run one after
// another. When another writer got in between, fn runs again, a few times with
// a little pause, so it must not have other effects. On SQLite there is one
// writer: an Update within an Update waits until ctx ends.
func (s *Store) Update(ctx context.Context, fn func(*Tx) error) error {
	return s.retry(ctx, s.control.Write, fn)
}

func (s *Store) retry(ctx context.Context, db *sql.DB, fn func(*Tx) error) error {
	for attempt := 1; ; attempt++ {
		err := s.transact(ctx, db, &s.dialect.Update, fn)
		switch {
		case err == nil:
			return nil
		case s.dialect.Classify(err) == Contended:
			if attempt == contendedAttempts {
				return claviger.Fail(claviger.Unavailable, "too many writers at once, try again").Because(err)
			}
		case claviger.CodeOf(err) != claviger.Stale || attempt == staleAttempts:
			return err
		}
		if err := pause(ctx, attempt); err != nil {
			return err
		}
	}
}

// pause waits a random time that grows with the attempt, so that writers that
// met do not meet again.
func pause(ctx context.Context, attempt int) error {
	t := time.NewTimer(rand.N(min(maxPause, time.Millisecond<<attempt)))
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

func (s *Store) transact(ctx context.Context, db *sql.DB, opts *sql.TxOptions, fn func(*Tx) error) error {
	tx, err := db.BeginTx(ctx, opts)
	if err != nil {
		return s.dialect.fail("begin transaction", err)
	}
	defer tx.Rollback() // after a commit it does nothing
	t := &Tx{tx: tx, d: &s.dialect}
	err = fn(t)
	if t.lost != nil && (err == nil || s.dialect.Classify(t.lost) == Contended) {
		return t.lost
	}
	if err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		// A context that ended rolls back behind our back; say why.
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return s.dialect.fail("commit", err)
	}
	return nil
}

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
		return nil
	}
	rows, err := t.tx.QueryContext(ctx, query, args...)
	if err != nil {
		return t.lose(ctx, step{name: "list " + what}, err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := next(rows); err != nil {
			return t.lose(ctx, step{name: "list " + what}, err)
		}
	}
	return t.lose(ctx, step{name: "list " + what}, rows.Err())
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
