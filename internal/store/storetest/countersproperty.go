package storetest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	claviger "github.com/claviger/claviger"
	"pgregory.net/rapid"
)

// countersFollow ships random entries in any order, some of it again, and
// expects the counters to be what the entries say.
func countersFollow(t *testing.T, w *world) {
	rapid.Check(t, func(rt *rapid.T) {
		d := countersDraw{rt, newTenant("random"), claviger.NewID[claviger.APIKeyID]()[:8]}
		entries := make([]claviger.Entry, rapid.IntRange(1, 6).Draw(rt, "entries"))
		for i := range entries {
			entries[i] = d.entry(i)
		}
		for n := range rapid.IntRange(1, 10).Draw(rt, "batches") {
			if rapid.IntRange(0, 4).Draw(rt, "died") == 0 {
				_, err := w.store.Unsettle(t.Context(), d.node())
				ok(t, err)
				continue
			}
			batch := make([]claviger.Entry, rapid.IntRange(1, 5).Draw(rt, "records"))
			for i := range batch {
				batch[i] = d.form(rapid.SampledFrom(entries).Draw(rt, "entry"))
			}
			ok(t, w.store.Ship(t.Context(), d.node(), batch, []byte{byte(n)}))
		}
		rows, _, err := w.store.Entries(t.Context(), d.org.ID, claviger.EntryQuery{Page: page})
		ok(t, err)
		want := counted(rows)
		var asked []claviger.Counter
		for _, e := range entries {
			charges, err := e.ChargesOf()
			ok(t, err)
			for _, c := range charges {
				if !slices.Contains(asked, c.Counter) {
					asked = append(asked, c.Counter)
				}
			}
		}
		got, err := w.store.Counters(t.Context(), d.org.ID, asked)
		ok(t, err)
		if len(got) != len(want) {
			rt.Errorf("%d counters, want %d", len(got), len(want))
		}
		for _, u := range got {
			if want[u.Counter] != u {
				rt.Errorf("%+v, want %+v", u, want[u.Counter])
			}
		}
	})
	recounted(t, w.store)
}

// counted is the plainest way to count entries.
func counted(rows []claviger.Entry) map[claviger.Counter]claviger.Usage {
	out := map[claviger.Counter]claviger.Usage{}
	for _, e := range rows {
		charges, err := e.ChargesOf()
		if err != nil || e.Status == claviger.EntryOpen {
			continue
		}
		for _, c := range charges {
			u, there := out[c.Counter]
			if !there || u.Window.Before(c.Window) {
				u = claviger.Usage{Counter: c.Counter, Window: c.Window}
			}
			if u.Window.Equal(c.Window) {
				u.Used += e.Amount(c.Counter.Measure)
			}
			out[c.Counter] = u
		}
	}
	return out
}

// countersDraw makes random entries of one organisation.
type countersDraw struct {
	*rapid.T
	tenant
	run claviger.APIKeyID // names this run's nodes
}

func (d countersDraw) node() string {
	return fmt.Sprint("node-", d.run, rapid.IntRange(0, 1).Draw(d.T, "node"))
}

func (d countersDraw) entry(n int) claviger.Entry {
	e := d.opened(n)
	var b []byte
	for range rapid.IntRange(0, 4).Draw(d.T, "charges") {
		c := claviger.Counter{
			Kind: rapid.SampledFrom([]claviger.CounterKind{claviger.CountAPIKey, claviger.CountWorkspace, claviger.CountAccess,
				claviger.CountProvider, claviger.CountUsagePolicy, claviger.CountRatePolicy}).Draw(d.T, "kind"),
			Measure: rapid.SampledFrom([]claviger.Measure{claviger.MeasureRequests, claviger.MeasureTokens, claviger.MeasureCost}).Draw(d.T, "measure"),
			Cadence: rapid.SampledFrom([]string{"none", "weekly", "30d", "rps"}).Draw(d.T, "cadence"),
		}
		if c.Kind == claviger.CountUsagePolicy || c.Kind == claviger.CountRatePolicy {
			c.ID, c.Value = "policy", rapid.SampledFrom([]string{"", "a", "é;:%"}).Draw(d.T, "value")
		}
		var window time.Time
		if c.Cadence != "none" {
			window = at.Add(time.Duration(rapid.IntRange(0, 2).Draw(d.T, "window")) * time.Hour)
		}
		b = claviger.AppendCharge(b, claviger.Charge{Counter: c, Window: window})
	}
	e.Charges = string(b)
	e.EstimatedCost = int64(rapid.IntRange(0, 3).Draw(d.T, "estimate"))
	return e
}

// form is an entry as a journal may have it.
func (d countersDraw) form(e claviger.Entry) claviger.Entry {
	switch rapid.IntRange(0, 3).Draw(d.T, "form") {
	case 0:
		return e
	case 1:
		return unsettled(e)
	case 2:
		e = closed(e)
	default:
		e = closeOnly(e)
	}
	e.Closing.Cost = int64(rapid.IntRange(0, 5).Draw(d.T, "cost"))
	return e
}
