package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/store"
)

// groups is a policy's counters: cost of the group n is 10·n, in the window
// that began n hours after the others' time, and tokens besides.
func groups(t *testing.T, w *world, policy string, names ...string) {
	t.Helper()
	var batch []claviger.Entry
	for n, name := range names {
		e := w.ours.opened(n)
		var b []byte
		for _, m := range []claviger.Measure{claviger.MeasureCost, claviger.MeasureTokens} {
			b = claviger.AppendCharge(b, claviger.Charge{Window: at.Add(time.Duration(n) * time.Hour),
				Counter: claviger.Counter{Kind: claviger.CountUsagePolicy, ID: policy, Measure: m, Cadence: "weekly", Value: name}})
		}
		e.Charges = string(b)
		e = closed(e)
		e.Closing.Cost, e.Closing.Tokens = int64(10*n), claviger.Tokens{Input: 1}
		batch = append(batch, e)
	}
	ok(t, w.store.Ship(t.Context(), "node-1", batch, nil))
}

// policyUsage asks for the counters of a policy, all and some.
func policyUsage(t *testing.T, w *world) {
	ctx := t.Context()
	names := []string{"b", "a", "d_%", "c", "Zoë; x/y"}
	groups(t, w, "policy-1", names...)
	groups(t, w, "policy-2", "other")
	long, odd := strings.Repeat("x", 5000), "a\x00b\xff"
	groups(t, w, "policy-3", long, odd)
	amount := func(n int64) *int64 { return &n }
	for name, tt := range map[string]struct {
		q    claviger.UsageQuery
		want []string
	}{
		"by name":                        {claviger.UsageQuery{}, []string{"Zoë; x/y", "a", "b", "c", "d_%"}},
		"containing":                     {claviger.UsageQuery{Search: "; x"}, []string{"Zoë; x/y"}},
		"what is no pattern":             {claviger.UsageQuery{Search: "_%"}, []string{"d_%"}},
		"in the same case":               {claviger.UsageQuery{Search: "A"}, nil},
		"in windows not over":            {claviger.UsageQuery{From: at.Add(3 * time.Hour)}, []string{"Zoë; x/y", "c"}},
		"used so much":                   {claviger.UsageQuery{AtLeast: amount(20)}, []string{"Zoë; x/y", "c", "d_%"}},
		"used less":                      {claviger.UsageQuery{Below: amount(20)}, []string{"a", "b"}},
		"used within":                    {claviger.UsageQuery{AtLeast: amount(10), Below: amount(30)}, []string{"a", "d_%"}},
		"of another cadence":             {claviger.UsageQuery{Cadence: "monthly"}, nil},
		"text that no store holds":       {claviger.UsageQuery{Search: "\x00"}, nil},
		"used so much in newer windows":  {claviger.UsageQuery{AtLeast: amount(1), From: at.Add(2 * time.Hour)}, []string{"Zoë; x/y", "c", "d_%"}},
		"used so much in no such window": {claviger.UsageQuery{AtLeast: amount(1), From: at.Add(9 * time.Hour)}, nil},
	} {
		tt.q.Measure, tt.q.Page = claviger.MeasureCost, claviger.Page{Size: 2}
		var got []string
		for {
			part, total, err := w.store.UsageOfPolicy(ctx, w.ours.org.ID, "policy-1", tt.q)
			ok(t, err)
			same(t, name+": total", len(tt.want), total)
			if len(part) == 0 {
				break
			}
			for _, u := range part {
				got = append(got, u.Counter.Value)
				n := slices.Index(names, u.Counter.Value)
				same(t, name+": used", int64(10*n), u.Used)
				same(t, name+": window", at.Add(time.Duration(n)*time.Hour), u.Window)
			}
			tt.q.Page.Number++
		}
		slices.Sort(got) // databases differ in the order of letters
		same(t, name, tt.want, got)
	}
	all, total, err := w.store.UsageOfPolicy(ctx, w.ours.org.ID, "policy-1", claviger.UsageQuery{Page: page})
	ok(t, err)
	same(t, "cost and tokens", []int{10, 10}, []int{len(all), total})
	_, total, err = w.store.UsageOfPolicy(ctx, w.their.org.ID, "policy-1", claviger.UsageQuery{Page: page})
	ok(t, err)
	same(t, "of another organisation", 0, total)
	for _, value := range []string{long, odd} {
		c := claviger.Counter{Kind: claviger.CountUsagePolicy, ID: "policy-3", Measure: claviger.MeasureTokens, Cadence: "weekly", Value: value}
		got, err := w.store.Counters(ctx, w.ours.org.ID, []claviger.Counter{c})
		ok(t, err)
		if len(got) != 1 || got[0].Counter != c || got[0].Used != 1 {
			t.Errorf("a name that no index holds: %d counters", len(got))
		}
	}
}

// manyCounters are found however many are asked for at once, and those that
// were never counted on are not there.
func manyCounters(t *testing.T, w *world) {
	const n = 300
	var batch []claviger.Entry
	var asked []claviger.Counter
	for i := range n {
		c := claviger.Counter{Kind: claviger.CountRatePolicy, ID: "p", Measure: claviger.MeasureRequests, Cadence: "rpd", Value: fmt.Sprint(i)}
		asked = append(asked, c)
		if i%2 == 0 {
			e := w.ours.opened(i)
			e.Charges = string(claviger.AppendCharge(nil, claviger.Charge{Counter: c, Window: at}))
			batch = append(batch, closed(e))
		}
	}
	ok(t, w.store.Ship(t.Context(), "node-1", batch, nil))
	got, err := w.store.Counters(t.Context(), w.ours.org.ID, asked)
	ok(t, err)
	same(t, "found", n/2, len(got))
	for _, u := range got {
		if i := slices.Index(asked, u.Counter); i%2 != 0 || u.Used != 1 || !u.Window.Equal(at) {
			t.Errorf("%v: %d since %s", u.Counter, u.Used, u.Window)
		}
	}
	none, err := w.store.Counters(t.Context(), w.their.org.ID, asked)
	ok(t, err)
	same(t, "of another organisation", 0, len(none))
	none, err = w.store.Counters(t.Context(), w.ours.org.ID, nil)
	ok(t, err)
	same(t, "of none asked for", 0, len(none))
}

// hugeAmounts neither fail nor go below nothing: a batch that is refused would
// come again for ever.
func hugeAmounts(t *testing.T, w *world) {
	e := closed(w.ours.opened(0))
	e.Closing.Cost, e.Closing.Tokens = 1<<63-1, claviger.Tokens{Input: 1<<63 - 1, Output: -1, Reasoning: 1<<63 - 1, CacheRead: 1<<63 - 1}
	charge := claviger.AppendCharge(nil, claviger.Charge{Counter: w.ours.counters()[0]})
	e.Charges = strings.Repeat(string(charge), 400)
	batch := make([]claviger.Entry, 200)
	last := int64(0)
	for range 3 {
		for i := range batch {
			id := claviger.NewEntryID()
			batch[i] = e
			batch[i].ID, batch[i].Closing.ID = id, id
		}
		ok(t, w.store.Ship(t.Context(), "node-1", batch, nil))
		now := used(t, w)[0]
		if now < max(last, 1<<61) {
			t.Fatalf("%d after %d", now, last)
		}
		last = now
	}
}

// recounted expects that every counter follows from the entries.
func recounted(t testing.TB, s *store.Store) {
	t.Helper()
	seen, err := s.CheckCounters(t.Context(), func(d store.CounterDifference) error {
		t.Errorf("%s: stored %+v, recounted %+v", d.Counter, d.Stored, d.Recounted)
		return nil
	})
	ok(t, err)
	if seen.Counters == 0 {
		t.Error("there was nothing to count")
	}
}

// recount looks at every counter, tells what is wrong and mends it.
func recount(t *testing.T, w *world) {
	ctx := t.Context()
	var batch []claviger.Entry
	for n := range 2500 { // more than a page of entries and of counters
		e := w.ours.opened(n)
		c := claviger.Counter{Kind: claviger.CountUsagePolicy, ID: "p", Measure: claviger.MeasureCost, Cadence: "none", Value: fmt.Sprint(n % 1200)}
		e.Charges = string(claviger.AppendCharge([]byte(e.Charges), claviger.Charge{Counter: c, Window: at}))
		if n%7 > 0 {
			e = closed(e)
		}
		batch = append(batch, e)
	}
	ok(t, w.store.Ship(ctx, "node-1", batch, nil))
	recounted(t, w.store)

	// No journal has two openings of an attempt that differ. With them the row
	// says one thing, and what was counted is another.
	e := w.ours.opened(1)
	e.Charges = string(claviger.AppendCharge(nil, claviger.Charge{Counter: claviger.Counter{Kind: claviger.CountWorkspace, Measure: claviger.MeasureCost, Cadence: "none"}}))
	ok(t, w.store.Ship(ctx, "node-1", []claviger.Entry{e}, nil))
	e.Charges = string(claviger.AppendCharge([]byte(w.ours.charges(1)), claviger.Charge{Counter: claviger.Counter{Kind: claviger.CountProvider, Measure: claviger.MeasureCost, Cadence: "none"}}))
	ok(t, w.store.Ship(ctx, "node-1", []claviger.Entry{closed(e)}, nil))
	stop := errors.New("stop")
	_, err := w.store.RepairCounters(ctx, func(store.CounterDifference) error { return stop })
	if !errors.Is(err, stop) {
		t.Errorf("a repair that was stopped: %v", err)
	}
	for run, check := range []func(context.Context, func(store.CounterDifference) error) (store.Recount, error){
		w.store.CheckCounters, w.store.RepairCounters, w.store.CheckCounters, w.store.RepairCounters,
	} {
		told := map[claviger.CounterKind]string{}
		seen, err := check(ctx, func(d store.CounterDifference) error {
			told[d.Counter.Kind] = fmt.Sprint(amountOf(d.Stored), amountOf(d.Recounted))
			return nil
		})
		ok(t, err)
		var want map[claviger.CounterKind]string
		if run < 2 {
			want = map[claviger.CounterKind]string{
				claviger.CountWorkspace: "3001 -1", claviger.CountProvider: "-1 3001", claviger.CountUsagePolicy: told[claviger.CountUsagePolicy],
				claviger.CountAPIKey: told[claviger.CountAPIKey], claviger.CountAccess: told[claviger.CountAccess],
			}
		}
		same(t, numbered("told in run", run), len(want), len(told))
		for kind, says := range want {
			same(t, numbered(string(kind)+" in run", run), says, told[kind])
		}
		same(t, numbered("different in run", run), len(want), seen.Different)
	}
}

// amountOf is what a counter says; -1 when there is none.
func amountOf(u *claviger.Usage) int64 {
	if u == nil {
		return -1
	}
	return u.Used
}
