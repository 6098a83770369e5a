package store

import (
	"context"
	"crypto/rand"
	"errors"

	claviger "github.com/claviger/claviger"
)

var errFull = claviger.Fail(claviger.Unavailable, "the database cannot write: the disk is full")

// noteRoom remembers whether the last write found room.
func (s *Store) noteRoom(t *Tx, err error) {
	switch {
	case s.dialect.full(err) || s.dialect.full(t.lost):
		s.full.Store(true)
	case err == nil && t.touched && s.full.Load():
		s.full.Store(false)
	}
}

func (d *Dialect) full(err error) bool { return err != nil && d.Classify(err) == Full }

const (
	// probed is the name, which no node has, under which Writable writes, and
	// room is how much, in bytes: more than what is left over in files anyway.
	probed = "a probe for room"
	room   = 64 << 10
)

// Writable is nil while writes find room on the disk. After one that did not
// it says so, a claviger.Unavailable, until another one does; each call then
// tries one itself and takes it back, so that it costs something only while the
// disk is full.
func (s *Store) Writable(ctx context.Context) error {
	if !s.full.Load() {
		return nil
	}
	filler := make([]byte, room) // random: a database may compress it
	rand.Read(filler)
	err := s.retry(ctx, s.ledger.Write, func(t *Tx) error {
		_, put := t.exec(ctx, step{name: "probe for room"}, putPosition, probed, filler)
		_, taken := t.exec(ctx, step{name: "probe for room"}, "DELETE FROM ledger_positions WHERE node = $1", probed)
		return errors.Join(put, taken)
	})
	if err != nil && s.full.Load() {
		return errFull.Because(err)
	}
	return err
}
