package store

import (
	"cmp"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"maps"
	"slices"

	claviger "github.com/claviger/claviger"
)

// countedColumns are what the counters need to know of an entry.
const countedColumns = `entry_id, status, organisation_id, workspace_id, api_key_id, integration_id, provider_id, charges,
	estimated_in, estimated_out, estimated_cost, cost,
	input + cache_read + cache_write_5m + cache_write_1h + audio_input + image_input + cache_read_audio + cache_read_image,
	output + audio_output + image_output`

// countedInto scans entries into a map. Their tokens are sums.
func countedInto(m map[claviger.EntryID]*claviger.Entry) func(*sql.Rows) error {
	return func(rows *sql.Rows) error {
		e := &claviger.Entry{}
		o, c := &e.Opening, &e.Closing
		err := rows.Scan(fixedTo{o.ID[:]}, text(&e.Status), text(&o.OrganisationID), text(&o.WorkspaceID), text(&o.APIKeyID),
			text(&o.IntegrationID), text(&o.ProviderID), text(&o.Charges), number(&o.EstimatedIn), number(&o.EstimatedOut),
			number(&o.EstimatedCost), number(&c.Cost), number(&c.Tokens.Input), number(&c.Tokens.Output))
		m[e.ID] = e
		return err
	}
}

// readCounted reads entries that count on something, or whose opening, which
// would say so, is not there.
var readCounted = &bulk[claviger.EntryID]{
	name:    "read ledger entries",
	head:    "SELECT " + countedColumns + " FROM entries WHERE entry_id IN (",
	between: ", ",
	tail:    ") AND (charges <> '' OR organisation_id = '')",
	width:   1,
	most:    2048,
	args:    func(args []any, _ string, id claviger.EntryID) []any { return append(args, id[:]) },
}

// putCounters adds to counters, in the window that each amount belongs to. What
// belongs to a window that is over is not added to the one after it.
var putCounters = &bulk[shift]{
	name:    "count ledger entries",
	head:    "INSERT INTO counters (" + counterColumns + ") VALUES (",
	between: "), (",
	tail: `) ON CONFLICT (organisation_id, kind, owner_id, measure, cadence, value) DO UPDATE SET window_us = excluded.window_us,
	used = CASE WHEN counters.window_us < excluded.window_us THEN excluded.used
		WHEN counters.used > 4000000000000000000 AND excluded.used > 0 THEN counters.used
		ELSE counters.used + excluded.used END
WHERE counters.window_us <= excluded.window_us`,
	width: 8,
	most:  256,
	args: func(args []any, _ string, s shift) []any {
		return append(counterArgs(args, s.counterRow), s.window, s.by)
	},
}

const counterColumns = "organisation_id, kind, owner_id, measure, cadence, value, window_us, used"

// counterRow names a row of the counters as it is stored.
type counterRow struct {
	org     claviger.OrganisationID
	counter claviger.Counter
}

func rowOf(org claviger.OrganisationID, c claviger.Counter) counterRow {
	c.ID, c.Cadence, c.Value = indexable(c.ID), indexable(c.Cadence), indexable(c.Value)
	return counterRow{claviger.OrganisationID(indexable(string(org))), c}
}

func counterArgs(args []any, r counterRow) []any {
	c := &r.counter
	return append(args, string(r.org), string(c.Kind), c.ID, string(c.Measure), c.Cadence, c.Value)
}

// longestName is how long a part of a counter's name is at most, in bytes: all
// of them together fit an entry of an index.
const longestName = 400

// indexable is s as every database keeps it and can index it: what is too long
// or no text ends in its hash. Ordinary names stay as they are.
func indexable(s string) string {
	kept := keepable(s)
	if kept == s && len(s) <= longestName {
		return s
	}
	hash := sha256.Sum256([]byte(s))
	return keepable(kept[:min(len(kept), longestName-2*len(hash)-8)]) + "#" + hex.EncodeToString(hash[:])
}

// shift is by how much a counter changes, in the window that began at window,
// in microseconds.
type shift struct {
	counterRow
	window, by int64
}

// shifts are what entries change on counters, given those of them that were
// there before. They do not depend on the order of the entries.
func shifts(before map[claviger.EntryID]*claviger.Entry, entries ...[]*claviger.Entry) []shift {
	sums := tallies{}
	for _, list := range entries {
		for _, e := range list {
			was, there := before[e.ID]
			if !there && e.Charges == "" {
				continue
			}
			after := *e
			if there {
				after = *was
				merge(&after, e)
				if was.OrganisationID != "" && was.Status == after.Status {
					continue
				}
			}
			sums.add(was, &after, nil)
		}
	}
	return sums.sorted()
}

// fullCounter is as far as a counter goes: two of them are less than 64 bits hold.
const fullCounter = 4_000_000_000_000_000_000

// tallies are the sums of each counter in the newest of its windows.
type tallies map[counterRow]shift

// add counts what an entry is over what it was; nil when it was not there. One
// that is open, or has no opening, counts nothing. Only rows that are wanted are
// counted; nil: all.
func (sums tallies) add(was, is *claviger.Entry, wanted func(counterRow) bool) {
	if is.Status == claviger.EntryOpen || is.OrganisationID == "" {
		return
	}
	charges, err := is.ChargesOf()
	if err != nil { // nothing that an admission writes
		return
	}
	for _, c := range charges {
		row := rowOf(is.OrganisationID, c.Counter)
		if wanted != nil && !wanted(row) {
			continue
		}
		by := is.Amount(c.Counter.Measure)
		if was != nil && was.OrganisationID != "" {
			by -= was.Amount(c.Counter.Measure)
		}
		sums.shift(row, c.Window.UnixMicro(), by)
	}
}

func (sums tallies) shift(row counterRow, window, by int64) {
	switch sum, ok := sums[row]; {
	case !ok || sum.window < window:
		sums[row] = shift{row, window, by}
	case sum.window == window:
		sum.by = min(sum.by+by, fullCounter)
		sums[row] = sum
	}
}

// sorted is in one order for all, in which two transactions never wait for each
// other.
func (sums tallies) sorted() []shift {
	return slices.SortedFunc(maps.Values(sums), func(a, b shift) int {
		return cmp.Or(cmp.Compare(a.org, b.org), cmp.Compare(a.counter.Kind, b.counter.Kind), cmp.Compare(a.counter.ID, b.counter.ID),
			cmp.Compare(a.counter.Measure, b.counter.Measure), cmp.Compare(a.counter.Cadence, b.counter.Cadence),
			cmp.Compare(a.counter.Value, b.counter.Value))
	})
}

// counting is what a transaction needs to count.
type counting struct {
	read []lot[claviger.EntryID]
	put  map[int]*sql.Stmt // by how many counters
}

// counting prepares for entries that are to be written. Of those that say
// themselves that they count on nothing none is read.
func (s *Store) counting(ctx context.Context, whole, closes []*claviger.Entry) (c counting, err error) {
	ids := s.running.unknown(closes)
	for _, e := range whole {
		if e.Charges != "" {
			ids = append(ids, e.ID)
		}
	}
	if c.read, err = lots(ctx, s, readCounted, ids); err != nil {
		return c, err
	}
	c.put = map[int]*sql.Stmt{}
	for size := putCounters.largest(&s.dialect); size > 0; size /= 2 {
		if c.put[size], err = prepared(ctx, s, putCounters, size); err != nil { //nolint:sqlclosecheck // kept for the life of the store
			return c, err
		}
	}
	return c, nil
}

// counted reads the entries that matter to counters as they are before the
// transaction writes.
func (t *Tx) counted(ctx context.Context, c counting) (map[claviger.EntryID]*claviger.Entry, error) {
	before := map[claviger.EntryID]*claviger.Entry{}
	scan := countedInto(before)
	var args []any
	for _, l := range c.read {
		args = l.arguments(args[:0], "")
		//nolint:sqlclosecheck // the transaction closes it
		rows, err := t.tx.StmtContext(ctx, l.statement).QueryContext(ctx, args...)
		if err := t.each(ctx, l.name, rows, err, scan); err != nil {
			return nil, err
		}
	}
	return before, nil
}

// tally writes shifts.
func (t *Tx) tally(ctx context.Context, c counting, all []shift) error {
	var put []lot[shift]
	for size := len(all); len(all) > 0; {
		for c.put[size] == nil {
			size--
		}
		put = append(put, lot[shift]{putCounters, c.put[size], all[:size]})
		all = all[size:]
		size = min(size, len(all))
	}
	return write(ctx, t, "", put)
}
