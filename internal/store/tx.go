package store

import (
	"context"
	"database/sql"
	"math/rand/v2"
	"time"

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
	// wiped says that sealed values were deleted or replaced.
	wiped bool
	// touched says that a statement changed rows.
	touched bool
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

func (s *Store) transact(ctx context.Context, db *sql.DB, opts *sql.TxOptions, fn func(*Tx) error) (err error) {
	t := &Tx{d: &s.dialect}
	defer func() { s.noteRoom(t, err) }()
	tx, err := db.BeginTx(ctx, opts)
	if err != nil {
		return s.dialect.fail("begin transaction", err)
	}
	defer tx.Rollback() // after a commit it does nothing
	t.tx = tx
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
	if t.wiped && s.dialect.Forget != nil {
		// The values are gone from every reader's sight; that traces of them are
		// gone from the disk may come later, so the outcome is not the caller's.
		_ = s.dialect.Forget(context.WithoutCancel(ctx), db)
	}
	return nil
}
