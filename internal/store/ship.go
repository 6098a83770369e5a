package store

import (
	"context"

	claviger "github.com/claviger/claviger"
)

// Ship writes a batch of a node's journal to the ledger, in one transaction
// with the counters that its entries count on and the position in the journal
// it reaches, which is opaque here.
//
// Shipping is idempotent and does not depend on order: a batch may come twice,
// parts of it may, and a close may come before its opening. A closed entry never
// changes again; an unsettled one becomes closed if its close turns up. An
// entry that is closed and names no organisation is a close alone.
func (s *Store) Ship(ctx context.Context, node string, entries []claviger.Entry, position []byte) error {
	whole, closes := fold(entries)
	// Statements are prepared before the transaction takes the one connection
	// that writes.
	rows, err := lots(ctx, s, shipWhole, whole)
	if err != nil {
		return err
	}
	alone, err := lots(ctx, s, shipClose, closes)
	if err != nil {
		return err
	}
	rows = append(rows, alone...)
	counting, err := s.counting(ctx, whole, closes)
	if err != nil {
		return err
	}
	err = s.retry(ctx, s.ledger.Write, func(t *Tx) error {
		before, err := t.counted(ctx, counting)
		if err != nil {
			return err
		}
		if err := write(ctx, t, node, rows); err != nil {
			return err
		}
		if err := t.tally(ctx, counting, shifts(before, whole, closes)); err != nil || len(position) == 0 {
			return err
		}
		_, err = t.exec(ctx, step{name: "put ledger position"}, putPosition, node, position)
		return err
	})
	if err == nil {
		s.running.shipped(whole, closes)
	}
	return err
}

const putPosition = `INSERT INTO ledger_positions (node, position) VALUES ($1, $2)
ON CONFLICT (node) DO UPDATE SET position = excluded.position`

// LedgerPosition reads how far a node's journal was shipped; nil when it never
// was.
func (s *Store) LedgerPosition(ctx context.Context, node string) (position []byte, err error) {
	err = s.transact(ctx, s.ledger.Read, &s.dialect.View, func(t *Tx) error {
		return t.row(ctx, "ledger position", []any{bytesTo{&position}}, "SELECT position FROM ledger_positions WHERE node = $1", node)
	})
	if claviger.CodeOf(err) == claviger.NotFound {
		return nil, nil
	}
	return position, err
}

const unsettle = `UPDATE entries SET status = 'unsettled', estimated = TRUE, input = estimated_in, output = estimated_out, cost = estimated_cost
WHERE node = $1 AND status = 'open'`

const listOpenCounted = "SELECT " + countedColumns + " FROM entries WHERE node = $1 AND status = 'open' AND charges <> ''"

// Unsettle ends every open entry of a node: the estimate is booked as what it
// used, also on the counters. It returns how many there were. It is for the
// start of a node, when all that its journal holds is shipped and nothing runs
// yet.
func (s *Store) Unsettle(ctx context.Context, node string) (n int, err error) {
	counting, err := s.counting(ctx, nil, nil)
	if err != nil {
		return 0, err
	}
	err = s.retry(ctx, s.ledger.Write, func(t *Tx) error {
		open := map[claviger.EntryID]*claviger.Entry{}
		if err := t.rows(ctx, "open ledger entries", listOpenCounted, []any{node}, countedInto(open)); err != nil {
			return err
		}
		var ended []*claviger.Entry
		for _, e := range open {
			after := *e
			bookEstimate(&after)
			ended = append(ended, &after)
		}
		rows, err := t.exec(ctx, step{name: "unsettle ledger entries"}, unsettle, node)
		n = int(rows)
		if err != nil {
			return err
		}
		return t.tally(ctx, counting, shifts(open, ended))
	})
	return n, err
}
