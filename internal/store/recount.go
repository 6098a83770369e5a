package store

import (
	"context"
	"database/sql"
	"hash/maphash"
	"slices"
	"time"

	claviger "github.com/claviger/claviger"
)

const (
	// recountedAtOnce bounds how many counters are held in memory; when there
	// are more, entries are read once for each part of them.
	recountedAtOnce = 100_000
	recountPage     = 1000 // rows read at a time
)

// CounterDifference is a counter that does not follow from the entries of the
// ledger.
type CounterDifference struct {
	OrganisationID claviger.OrganisationID
	Counter        claviger.Counter
	// Stored is what the counter says and Recounted what the entries say; nil
	// where there is none.
	Stored, Recounted *claviger.Usage
}

// Recount is what a recount of the counters has seen.
type Recount struct{ Counters, Different int }

// CheckCounters counts all entries again, in one consistent state of the
// ledger, and calls differ for each counter that is not as counted; its error
// ends the recount. It changes nothing and may run beside a server.
func (s *Store) CheckCounters(ctx context.Context, differ func(CounterDifference) error) (Recount, error) {
	r := recount{seed: maphash.MakeSeed(), most: recountedAtOnce, differ: differ}
	err := s.transact(ctx, s.ledger.Read, &s.dialect.View, func(t *Tx) error { return r.part(ctx, t, 0, 1) })
	return r.seen, err
}

// RepairCounters is CheckCounters that makes the counters what was counted, all
// or none. No server may run meanwhile: it would go on with what it read. The
// differences are told before they are written; they stand when the error is nil.
func (s *Store) RepairCounters(ctx context.Context, differ func(CounterDifference) error) (Recount, error) {
	counting, err := s.counting(ctx, nil, nil)
	if err != nil {
		return Recount{}, err
	}
	r := recount{seed: maphash.MakeSeed(), most: recountedAtOnce, differ: differ, repair: true, counting: counting}
	// Not tried again: the differences are told already.
	err = s.transact(ctx, s.ledger.Write, &s.dialect.Update, func(t *Tx) error { return r.part(ctx, t, 0, 1) })
	return r.seen, err
}

// recount compares counters with what is counted from the entries, one part of
// the counters after the other.
type recount struct {
	seed     maphash.Seed
	most     int
	differ   func(CounterDifference) error
	repair   bool
	counting counting
	seen     Recount
}

// part compares the counters whose hash leaves n, divided by of. When those are
// too many it takes them in two parts.
func (r *recount) part(ctx context.Context, t *Tx, n, of uint64) error {
	sums := tallies{}
	whole, err := r.sum(ctx, t, sums, n, of)
	if err != nil {
		return err
	}
	if !whole {
		clear(sums)
		if err := r.part(ctx, t, n, 2*of); err != nil {
			return err
		}
		return r.part(ctx, t, n+of, 2*of)
	}
	if err := r.compare(ctx, t, sums, n, of); err != nil {
		return err
	}
	rest := sums.sorted() // no row says anything about these
	for _, s := range rest {
		if err := r.differs(s.counterRow, nil, s.usage()); err != nil {
			return err
		}
	}
	if r.repair {
		return t.tally(ctx, r.counting, rest)
	}
	return nil
}

const listCountedEntries = "SELECT " + countedColumns + ` FROM entries WHERE entry_id > $1 AND charges <> '' AND status <> 'open'
AND organisation_id <> '' ORDER BY entry_id LIMIT $2`

// sum adds up what all entries count on the counters of a part. It reports
// false when those are too many.
func (r *recount) sum(ctx context.Context, t *Tx, sums tallies, n, of uint64) (whole bool, err error) {
	var last claviger.EntryID
	page := make(map[claviger.EntryID]*claviger.Entry, recountPage)
	for {
		clear(page)
		if err := t.rows(ctx, "ledger entries", listCountedEntries, []any{last[:], recountPage}, countedInto(page)); err != nil {
			return false, err
		}
		for id, e := range page {
			if slices.Compare(id[:], last[:]) > 0 {
				last = id
			}
			sums.add(nil, e, func(row counterRow) bool { return maphash.Comparable(r.seed, row)%of == n })
		}
		if len(sums) > r.most {
			return false, nil
		}
		if len(page) < recountPage {
			return true, nil
		}
	}
}

const listCounters = "SELECT " + counterColumns + ` FROM counters
WHERE (organisation_id, kind, owner_id, measure, cadence, value) > ($1, $2, $3, $4, $5, $6)
ORDER BY organisation_id, kind, owner_id, measure, cadence, value LIMIT $7`

// compare looks at every row of the counters of a part, and takes those it has
// looked at out of the sums.
func (r *recount) compare(ctx context.Context, t *Tx, sums tallies, n, of uint64) error {
	type stored struct {
		counterRow
		claviger.Usage
	}
	last, page := counterRow{}, make([]stored, 0, recountPage)
	for {
		page = page[:0]
		args := append(counterArgs(nil, last), recountPage)
		err := t.rows(ctx, "counters", listCounters, args, func(rows *sql.Rows) error {
			row, u, err := scanCounter(rows)
			page = append(page, stored{row, u})
			return err
		})
		if err != nil {
			return err
		}
		for _, c := range page {
			last = c.counterRow
			if maphash.Comparable(r.seed, last)%of != n {
				continue
			}
			r.seen.Counters++
			sum, counted := sums[last]
			delete(sums, last)
			if counted && sum.usage().Window.Equal(c.Window) && sum.by == c.Used {
				continue
			}
			if err := r.wrong(ctx, t, last, &c.Usage, sum, counted); err != nil {
				return err
			}
		}
		if len(page) < recountPage {
			return nil
		}
	}
}

const deleteCounter = `DELETE FROM counters
WHERE organisation_id = $1 AND kind = $2 AND owner_id = $3 AND measure = $4 AND cadence = $5 AND value = $6`

// wrong tells of a row that is not as counted, and mends it.
func (r *recount) wrong(ctx context.Context, t *Tx, row counterRow, is *claviger.Usage, sum shift, counted bool) error {
	var should *claviger.Usage
	if counted {
		should = sum.usage()
	}
	if err := r.differs(row, is, should); err != nil || !r.repair {
		return err
	}
	if _, err := t.exec(ctx, step{name: "repair counter"}, deleteCounter, counterArgs(nil, row)...); err != nil || !counted {
		return err
	}
	return t.tally(ctx, r.counting, []shift{sum})
}

func (r *recount) differs(row counterRow, stored, counted *claviger.Usage) error {
	r.seen.Different++
	if stored == nil {
		r.seen.Counters++
	}
	return r.differ(CounterDifference{row.org, row.counter, stored, counted})
}

// usage is a sum as the state of its counter.
func (s shift) usage() *claviger.Usage {
	return &claviger.Usage{Counter: s.counter, Window: time.UnixMicro(s.window).UTC(), Used: s.by}
}
