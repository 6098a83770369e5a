package store

import (
	"context"
	"database/sql"
	"strings"
	"time"

	claviger "github.com/claviger/claviger"
)

// countersAtOnce is how many counters one statement looks up.
const countersAtOnce = 32

// Counters returns the state of those counters that were ever counted on. What
// belongs to a window that is over is returned as it is. Used is never negative.
func (s *Store) Counters(ctx context.Context, org claviger.OrganisationID, counters []claviger.Counter) (out []claviger.Usage, err error) {
	err = s.transact(ctx, s.ledger.Read, &s.dialect.View, func(t *Tx) error {
		out = nil
		for len(counters) > 0 {
			n := min(len(counters), countersAtOnce)
			asked := make(map[counterRow]claviger.Counter, n)
			for _, c := range counters[:n] {
				asked[rowOf(org, c)] = c
			}
			counters = counters[n:]
			err := t.counters(ctx, asked, func(r counterRow, u claviger.Usage) {
				u.Counter, u.Used = asked[r], max(u.Used, 0)
				out = append(out, u)
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}

// counters looks rows up by their keys, each by the index whatever the planner
// thinks of lists.
func (t *Tx) counters(ctx context.Context, asked map[counterRow]claviger.Counter, found func(counterRow, claviger.Usage)) error {
	var text strings.Builder
	var w where
	for r := range asked {
		if text.Len() > 0 {
			text.WriteString(" UNION ALL ")
		}
		text.WriteString("SELECT " + counterColumns + " FROM counters WHERE organisation_id = " + w.bind(r.org) +
			" AND kind = " + w.bind(r.counter.Kind) + " AND owner_id = " + w.bind(r.counter.ID) +
			" AND measure = " + w.bind(r.counter.Measure) + " AND cadence = " + w.bind(r.counter.Cadence) +
			" AND value = " + w.bind(r.counter.Value))
	}
	return t.rows(ctx, "counters", text.String(), w.args, func(rows *sql.Rows) error {
		r, u, err := scanCounter(rows)
		found(r, u)
		return err
	})
}

func scanCounter(rows *sql.Rows) (r counterRow, u claviger.Usage, err error) {
	var window int64
	c := &r.counter
	err = rows.Scan(text(&r.org), text(&c.Kind), text(&c.ID), text(&c.Measure), text(&c.Cadence), text(&c.Value), number(&window), number(&u.Used))
	u.Counter, u.Window = r.counter, time.UnixMicro(window).UTC()
	return r, u, err
}

// UsageOfPolicy lists a page of a policy's counters by the names of their
// groups, and counts all that match. The name of a group that is no text, or
// longer than 400 bytes, is shortened and ends in a hash.
func (s *Store) UsageOfPolicy(ctx context.Context, org claviger.OrganisationID, policy claviger.PolicyID, q claviger.UsageQuery) (out []claviger.Usage, total int, err error) {
	l := list{what: "counters", columns: counterColumns, from: "counters", order: "value, kind, measure, cadence", part: q.Page}
	err = s.transact(ctx, s.ledger.Read, &s.dialect.View, func(t *Tx) error {
		out = nil
		total, err = l.read(ctx, t, s.dialect.countersWhere(org, policy, q), func(rows *sql.Rows) error {
			_, u, err := scanCounter(rows)
			u.Used = max(u.Used, 0)
			out = append(out, u)
			return err
		})
		return err
	})
	return out, total, err
}

func (d *Dialect) countersWhere(org claviger.OrganisationID, policy claviger.PolicyID, q claviger.UsageQuery) *where {
	var w where
	w.and("organisation_id = ?", org)
	w.and("kind IN (?, ?)", claviger.CountUsagePolicy, claviger.CountRatePolicy)
	w.and("owner_id = ?", policy)
	if q.Measure != "" {
		w.and("measure = ?", q.Measure)
	}
	if q.Cadence != "" {
		w.and("cadence = ?", q.Cadence)
	}
	if q.Search != "" {
		w.and(d.Position+"(value, ?) > 0", q.Search)
	}
	if !q.From.IsZero() {
		w.and("window_us >= ?", q.From.UnixMicro())
	}
	if q.AtLeast != nil {
		w.and("used >= ?", *q.AtLeast)
	}
	if q.Below != nil {
		w.and("used < ?", *q.Below)
	}
	return &w
}
