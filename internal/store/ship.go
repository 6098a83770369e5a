package store

import (
	"context"

	claviger "github.com/claviger/claviger"
)

// Ship writes a batch of a node's journal to the ledger, in one transaction
// with the position in the journal it reaches, which is opaque here.
//
// Shipping is idempotent and does not depend on order: a batch may come twice,
// parts of it may, and a close may come before its opening. A closed entry never
// changes again; an unsettled one becomes closed if its close turns up. An
// entry that is closed and names no organisation is a close alone.
func (s *Store) Ship(ctx context.Context, node string, entries []claviger.Entry, position []byte) error {
	whole, closes := fold(entries)
	rows, err := s.shipRows(ctx, shipWhole, whole, nil)
	if err == nil {
		rows, err = s.shipRows(ctx, shipClose, closes, rows)
	}
	if err != nil {
		return err
	}
	return s.retry(ctx, s.ledger.Write, func(t *Tx) error {
		if err := t.ship(ctx, node, rows); err != nil || len(position) == 0 {
			return err
		}
		_, err := t.exec(ctx, step{name: "put ledger position"}, putPosition, node, position)
		return err
	})
}

// fold makes one entry of all that a batch says about an attempt: a statement
// cannot write a row twice. It parts entries with an opening from mere closes.
func fold(entries []claviger.Entry) (whole, closes []*claviger.Entry) {
	seen := make(map[claviger.EntryID]*claviger.Entry, len(entries))
	order := make([]*claviger.Entry, 0, len(entries))
	for i := range entries {
		e := &entries[i]
		id := e.ID
		if id.IsZero() {
			id = e.Closing.ID
		}
		before, ok := seen[id]
		if !ok {
			c := *e
			c.Opening.ID = id
			seen[id] = &c
			order = append(order, &c)
			continue
		}
		if before.OrganisationID == "" && e.OrganisationID != "" {
			before.Opening = e.Opening
			before.Opening.ID = id
		}
		if rank(e.Status) > rank(before.Status) {
			before.Status, before.Closing = e.Status, e.Closing
		}
	}
	for _, e := range order {
		if e.OrganisationID == "" && e.Status == claviger.EntryClosed {
			closes = append(closes, e)
		} else {
			whole = append(whole, e)
		}
	}
	return whole, closes
}

func rank(s claviger.EntryStatus) int {
	switch s {
	case claviger.EntryClosed:
		return 2
	case claviger.EntryUnsettled:
		return 1
	default:
		return 0
	}
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

const unsettle = `UPDATE entries SET status = 'unsettled', estimated = TRUE, input = estimated_in, output = estimated_out
WHERE node = $1 AND status = 'open'`

// Unsettle ends every open entry of a node: the estimate is booked as what it
// used. It returns how many there were. It is for the start of a node, when all
// that its journal holds is shipped and nothing runs yet.
func (s *Store) Unsettle(ctx context.Context, node string) (n int, err error) {
	err = s.retry(ctx, s.ledger.Write, func(t *Tx) error {
		rows, err := t.exec(ctx, step{name: "unsettle ledger entries"}, unsettle, node)
		n = int(rows)
		return err
	})
	return n, err
}
