package storetest

import (
	"bytes"
	"slices"
	"testing"
	"time"

	claviger "github.com/claviger/claviger"
)

// shipped writes entries in every order a journal can come in.
func shipped(t *testing.T, w *world) {
	e := w.ours.opened(1)
	for name, tt := range map[string]struct {
		batches [][]claviger.Entry
		want    claviger.Entry
	}{
		"open":                             {[][]claviger.Entry{{e}}, e},
		"closed at once":                   {[][]claviger.Entry{{closed(e)}}, closed(e)},
		"open, then closed":                {[][]claviger.Entry{{e}, {closed(e)}}, closed(e)},
		"open, then its close alone":       {[][]claviger.Entry{{e}, {closeOnly(e)}}, closed(e)},
		"both in one batch":                {[][]claviger.Entry{{e, closeOnly(e)}}, closed(e)},
		"both in one batch, wrong way":     {[][]claviger.Entry{{closeOnly(e), e}}, closed(e)},
		"the close alone comes first":      {[][]claviger.Entry{{closeOnly(e)}, {e}}, closed(e)},
		"closed, then opened late":         {[][]claviger.Entry{{closed(e)}, {e}}, closed(e)},
		"every batch twice":                {[][]claviger.Entry{{e}, {e}, {closeOnly(e)}, {closeOnly(e)}}, closed(e)},
		"replayed from the start":          {[][]claviger.Entry{{e}, {closeOnly(e)}, {e}, {closeOnly(e)}, {e, closeOnly(e)}}, closed(e)},
		"unsettled, then closed":           {[][]claviger.Entry{{unsettled(e)}, {closeOnly(e)}}, closed(e)},
		"open, then unsettled":             {[][]claviger.Entry{{e}, {unsettled(e)}}, unsettled(e)},
		"unsettled, then open":             {[][]claviger.Entry{{unsettled(e)}, {e}}, unsettled(e)},
		"closed, then unsettled":           {[][]claviger.Entry{{closed(e)}, {unsettled(e)}}, closed(e)},
		"closed, then closed another way":  {[][]claviger.Entry{{closed(e)}, {otherClose(e)}}, closed(e)},
		"close alone, then another whole":  {[][]claviger.Entry{{closeOnly(e)}, {otherClose(e)}}, closed(e)},
		"nothing, then open, then nothing": {[][]claviger.Entry{{}, {e}, nil}, e},
	} {
		t.Run(name, func(t *testing.T) {
			id, before := claviger.NewEntryID(), used(t, w)
			for n, batch := range tt.batches {
				named := make([]claviger.Entry, len(batch))
				for i, x := range batch {
					x.ID, x.Closing.ID = id, id
					named[i] = x
				}
				ok(t, w.store.Ship(t.Context(), "node-1", named, []byte{byte(n)}))
			}
			want := tt.want
			want.ID, want.Closing.ID = id, id
			rows, total, err := w.store.Entries(t.Context(), w.ours.org.ID, claviger.EntryQuery{Entry: id, Page: page})
			ok(t, err)
			same(t, "entries", []claviger.Entry{want}, rows)
			same(t, "total", 1, total)
			same(t, "counted", counts[tt.want.Status], used(t, w).minus(before))
		})
	}
}

// amounts are in the order of a tenant's counters: cost, tokens, requests.
type amounts [3]int64

func (a amounts) minus(b amounts) amounts { return amounts{a[0] - b[0], a[1] - b[1], a[2] - b[2]} }

// counts are what an entry of the fixtures adds to its counters.
var counts = map[claviger.EntryStatus]amounts{
	claviger.EntryOpen:      {},
	claviger.EntryClosed:    {3001, 1 + 2 + 3 + 4 + 5 + 6 + 10 + 11 + 7 + 8 + 9, 1},
	claviger.EntryUnsettled: {4000, 300, 1},
}

// used is the state of our tenant's counters.
func used(t *testing.T, w *world) (out amounts) {
	t.Helper()
	counters := w.ours.counters()
	rows, err := w.store.Counters(t.Context(), w.ours.org.ID, counters)
	ok(t, err)
	for _, r := range rows {
		out[slices.Index(counters, r.Counter)] = r.Used
	}
	return out
}

func otherClose(e claviger.Entry) claviger.Entry {
	e = closed(e)
	e.Closing.Outcome, e.Closing.Tokens = claviger.Failed, claviger.Tokens{Input: 999}
	return e
}

// shippedMany writes a batch of more rows than a statement takes.
func shippedMany(t *testing.T, w *world) {
	const n = 1237
	batch := make([]claviger.Entry, 0, 2*n)
	for i := range n {
		e := w.ours.opened(i)
		batch = append(batch, e)
		if i%2 == 0 {
			batch = append(batch, closeOnly(e))
		}
	}
	strange := closed(w.ours.opened(n))
	strange.Closing.Model = "a\x00b\xffc" // a provider may say anything
	batch = append(batch, strange)
	for range 2 {
		ok(t, w.store.Ship(t.Context(), "node-1", batch, []byte("end")))
	}
	rows, total, err := w.store.Entries(t.Context(), w.ours.org.ID, claviger.EntryQuery{Page: claviger.Page{Size: n + 1}})
	ok(t, err)
	same(t, "rows and total", []int{n + 1, n + 1}, []int{len(rows), total})
	for i, e := range rows[1:] {
		want := claviger.EntryOpen
		if (n-1-i)%2 == 0 {
			want = claviger.EntryClosed
		}
		if e.Status != want || i > 0 && !e.OpenedAt.Before(rows[i].OpenedAt) {
			t.Fatalf("row %d: status %s opened at %s", i, e.Status, e.OpenedAt)
		}
	}
	same(t, "text that no store holds", "a�b�c", rows[0].Closing.Model)
	_, total, err = w.store.Entries(t.Context(), w.their.org.ID, claviger.EntryQuery{Page: page})
	ok(t, err)
	same(t, "entries of the other organisation", 0, total)
}

// settled ends what a dead node left open, and nothing else.
func settled(t *testing.T, w *world) {
	ctx := t.Context()
	open, done, elsewhere := w.ours.opened(1), closed(w.ours.opened(2)), w.ours.opened(3)
	elsewhere.Node = "node-2"
	ok(t, w.store.Ship(ctx, "node-1", []claviger.Entry{open, done}, []byte("one")))
	ok(t, w.store.Ship(ctx, "node-2", []claviger.Entry{elsewhere}, []byte("two")))
	for run, want := range []int{1, 0} {
		n, err := w.store.Unsettle(ctx, "node-1")
		ok(t, err)
		same(t, numbered("unsettled in run", run), want, n)
	}
	rows, _, err := w.store.Entries(ctx, w.ours.org.ID, claviger.EntryQuery{Page: page})
	ok(t, err)
	same(t, "entries", []claviger.Entry{elsewhere, done, unsettled(open)}, rows)
	same(t, "counted in the budget", int64(3001+4000), used(t, w)[0])
	ok(t, w.store.Ship(ctx, "node-1", []claviger.Entry{closeOnly(open)}, nil))
	rows, _, err = w.store.Entries(ctx, w.ours.org.ID, claviger.EntryQuery{Entry: open.ID, Page: page})
	ok(t, err)
	same(t, "an unsettled entry whose close turned up", []claviger.Entry{closed(open)}, rows)
	same(t, "counted then", int64(2*3001), used(t, w)[0])
}

// positions are kept for each node, with the batch they belong to.
func positions(t *testing.T, w *world) {
	ctx := t.Context()
	none, err := w.store.LedgerPosition(ctx, "node-1")
	ok(t, err)
	if none != nil {
		t.Errorf("position %q before anything was shipped, want nil", none)
	}
	ok(t, w.store.Ship(ctx, "node-1", nil, []byte("a")))
	ok(t, w.store.Ship(ctx, "node-2", nil, []byte("x\x00")))
	ok(t, w.store.Ship(ctx, "node-1", nil, []byte("b")))
	for node, want := range map[string]string{"node-1": "b", "node-2": "x\x00"} {
		got, err := w.store.LedgerPosition(ctx, node)
		ok(t, err)
		if !bytes.Equal(got, []byte(want)) {
			t.Errorf("position of %s: %q, want %q", node, got, want)
		}
	}
}

// entriesFiltered asks the ledger for part of it.
func entriesFiltered(t *testing.T, w *world) {
	ctx, o := t.Context(), w.ours
	var batch []claviger.Entry
	for n := range 10 {
		e := o.opened(n)
		if n >= 6 {
			e.WorkspaceID, e.APIKeyID, e.ProviderSlug = "ws-2", "key-2", "slug-2"
		}
		if n >= 7 {
			e.RequestID = "again"
		}
		batch = append(batch, closed(e))
	}
	ok(t, w.store.Ship(ctx, "node-1", append(batch, w.their.opened(1)), nil))
	second := at.Add(2 * time.Millisecond)
	for name, tt := range map[string]struct {
		q    claviger.EntryQuery
		want int
	}{
		"everything":                     {claviger.EntryQuery{}, 10},
		"one entry":                      {claviger.EntryQuery{Entry: batch[3].ID}, 1},
		"one entry of another workspace": {claviger.EntryQuery{Entry: batch[3].ID, WorkspaceID: "ws-2"}, 0},
		"a workspace":                    {claviger.EntryQuery{WorkspaceID: "ws-2"}, 4},
		"a key":                          {claviger.EntryQuery{APIKeyID: o.key.ID}, 6},
		"a provider":                     {claviger.EntryQuery{ProviderSlug: "slug-2"}, 4},
		"from, inclusive":                {claviger.EntryQuery{From: second}, 8},
		"to, exclusive":                  {claviger.EntryQuery{To: second}, 2},
		"one instant":                    {claviger.EntryQuery{From: second, To: second.Add(time.Microsecond)}, 1},
		"a workspace and a time":         {claviger.EntryQuery{WorkspaceID: o.workspace.ID, From: second}, 4},
		"a request":                      {claviger.EntryQuery{RequestID: "again"}, 3},
		"a request that never was":       {claviger.EntryQuery{RequestID: "never"}, 0},
		"text that no store holds":       {claviger.EntryQuery{ProviderSlug: "\x00"}, 0},
	} {
		tt.q.Page = claviger.Page{Size: 3}
		var rows []claviger.Entry
		for {
			part, total, err := w.store.Entries(ctx, o.org.ID, tt.q)
			ok(t, err)
			same(t, name+": total", tt.want, total)
			if len(part) == 0 {
				break
			}
			rows = append(rows, part...)
			tt.q.Page.Number++
		}
		same(t, name+": rows", tt.want, len(rows))
	}
	ok(t, w.store.Ship(ctx, "node-1", []claviger.Entry{closeOnly(o.opened(99))}, nil))
	_, total, err := w.store.Entries(ctx, "", claviger.EntryQuery{Page: page})
	ok(t, err)
	same(t, "a close without its opening is nobody's", 0, total)
}
