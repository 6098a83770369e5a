package overspend

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	claviger "github.com/claviger/claviger"
)

// evidence is what all sides say of one run.
type evidence struct {
	prices  prices
	strict  bool
	entries []entry             // the ledger
	served  map[turn]service    // the provider's book
	sent    map[marker]*sending // the callers
	byID    map[string]*entry   // of entries
	by      map[turn]*entry     // of entries
	last    map[marker]*entry   // of each request
	killed  []time.Time         // when a server was gone, in order
	faults  []string            // what does not fit together
}

// gather joins the ledger, the provider's book and the callers' notes, attempt by
// attempt.
func gather(e *evidence) {
	e.byID, e.by, e.last = map[string]*entry{}, map[turn]*entry{}, map[marker]*entry{}
	for i := range e.entries {
		got := &e.entries[i]
		if e.byID[got.ID] != nil || e.by[got.turn()] != nil {
			e.fault("entry %s (%s/%d) is in the ledger twice", got.ID, got.Model, got.EstimatedOut)
		}
		e.byID[got.ID], e.by[got.turn()] = got, got
		if last := e.last[got.marker()]; last == nil || last.Attempt < got.Attempt {
			e.last[got.marker()] = got
		}
	}
	for i := range e.entries {
		got := &e.entries[i]
		if got.Status != "closed" && got.Status != "unsettled" {
			e.fault("entry %s is %s with nothing running", got.ID, got.Status)
		}
		c := e.sent[got.marker()]
		if c == nil {
			e.fault("entry %s (%s/%d) is of no caller", got.ID, got.Model, got.EstimatedOut)
			continue
		}
		if got != e.last[got.marker()] { // nothing of it came to the caller
			early := *c
			early.received, early.finished = 0, false
			c = &early
		}
		s, served := e.served[got.turn()]
		why := e.wrong(got, s, served, c)
		if why == "" {
			why = e.misplaced(got, s, c)
		}
		if why != "" {
			e.fault("entry %s (%s/%d, %s, %s; the provider: %+v): %s", got.ID, got.Model, got.EstimatedOut, got.Status, got.Outcome, s, why)
		}
	}
	for t := range e.served {
		if e.by[t] == nil {
			e.fault("the provider served %s/%d for the time %d, and the ledger does not know it", t.model, t.max, t.attempt)
		}
	}
	for m, c := range e.sent {
		if c.entry == "" {
			continue
		}
		switch got := e.last[m]; {
		case got == nil:
			e.fault("a caller was told of entry %s (%s/%d), and the ledger does not know it", c.entry, m.model, m.max)
		case got.ID != c.entry:
			e.fault("a caller was told of entry %s (%s/%d), and in the ledger it is %s", c.entry, m.model, m.max, got.ID)
		case c.finished && got.Status != "closed":
			e.fault("entry %s (%s/%d) is %s, and its answer had arrived", c.entry, m.model, m.max, got.Status)
		}
	}
}

// books says how many entries are the provider's own words.
func (e *evidence) books() string {
	var exact, estimated, unsettled, again int
	for i := range e.entries {
		if e.entries[i].Attempt > 1 {
			again++
		}
		switch {
		case e.entries[i].Status == "unsettled":
			unsettled++
		case e.entries[i].Estimated:
			estimated++
		default:
			exact++
		}
	}
	return fmt.Sprintf("%d entries, %d of them retries; the provider saw %d; %d to the token as it reported, %d estimated, %d unsettled; %d faults",
		len(e.entries), again, len(e.served), exact, estimated, unsettled, len(e.faults))
}

func (e *evidence) fault(format string, args ...any) {
	e.faults = append(e.faults, fmt.Sprintf(format, args...))
}

// wrong says what is wrong with an entry; "" when nothing is.
func (e *evidence) wrong(got *entry, s service, served bool, c *sending) string {
	if got.Total != got.Input+got.Cached+got.Output {
		return "it has tokens that nobody used"
	}
	if booked := e.prices.cost(got.Input, got.Cached, got.Output); got.cost != booked {
		return fmt.Sprintf("it costs %d, want %d for its tokens", got.cost, booked)
	}
	truth := e.prices.cost(s.In, s.Cached, s.Out)
	switch {
	case got.Status == "closed" && !got.Estimated:
		if got.Input != s.In || got.Cached != s.Cached || got.Output != s.Out || got.cost != truth {
			return fmt.Sprintf("it has %d+%d in, %d out for %d, want %d+%d in, %d out for %d",
				got.Input, got.Cached, got.Output, got.cost, s.In, s.Cached, s.Out, truth)
		}
	case served && s.Reported && s.Fate == answered && c.finished:
		return "it is an estimate, although the answer arrived with its usage"
	case e.strict && !c.loose && (got.cost < truth || got.Total < s.In+s.Cached+s.Out):
		return fmt.Sprintf("it books %d tokens for %d, less than the %d for %d that were used, under a strict limit",
			got.Total, got.cost, s.In+s.Cached+s.Out, truth)
	case !served: // it may have been on its way
	case got.Status == "unsettled" && !e.strict && (got.Input != got.EstimatedIn || got.Output != got.EstimatedOut):
		return "it is not booked at its estimate"
	case got.Input+got.Cached < got.EstimatedIn:
		return "it books less input than was estimated, without knowing better"
	case got.Output < min((c.received+3)/4, got.EstimatedOut):
		return fmt.Sprintf("it books %d tokens of output, and the caller got %d bytes", got.Output, c.received)
	}
	return ""
}

// covers reports whether a caller's requests count on the budget.
func (b *budget) covers(c *sending) bool {
	return c != nil && c.lane == b.lane && (b.user == "" || c.user == b.user)
}

// account is what a budget came to, in its measure.
type account struct {
	budget
	settled, unsettled int64 // by the ledger; estimates of what never ended
	served             int64 // by the provider
	slack              int64 // by which it may be over
	short              int64 // by how much estimates of what was cut off are below the truth
	early              string
}

func (a *account) over() int64 { return max(a.settled+a.unsettled-a.limit, 0) }

// verdict is "ok", or what is wrong.
func (a *account) verdict() string {
	switch {
	case a.over() > a.slack:
		return "OVERSPENT"
	case a.settled+a.unsettled+a.short < a.served:
		return "UNBILLED"
	case a.early != "":
		return "ADMITTED TOO MUCH"
	}
	return "ok"
}

// account adds up what counts on a budget.
func (e *evidence) account(b budget) account {
	a := account{budget: b}
	var mine []*entry
	for i := range e.entries {
		got := &e.entries[i]
		c := e.sent[got.marker()]
		if !b.covers(c) || !b.counts(got.Attempt) {
			continue
		}
		mine = append(mine, e.held(&b, got))
		n := got.of(b.measure)
		if got.Status == "unsettled" {
			a.unsettled += n
		} else {
			a.settled += n
		}
		if s, served := e.served[got.turn()]; served && got.Estimated && !e.strict {
			a.short += max(e.truth(b.measure, s)-n, 0)
		}
	}
	for t, s := range e.served {
		if b.covers(e.sent[t.marker]) && b.counts(t.attempt) {
			a.served += e.truth(b.measure, s)
		}
	}
	slices.SortStableFunc(mine, func(x, y *entry) int { return x.OpenedAt.Compare(y.OpenedAt) })
	if !e.strict && len(mine) > 0 {
		a.slack = errorsInFlight(b.measure, mine)
	}
	if b.rate && len(mine) > 0 { // a day may have begun on the way
		days := mine[len(mine)-1].OpenedAt.Truncate(24*time.Hour).Sub(mine[0].OpenedAt.Truncate(24*time.Hour)) / (24 * time.Hour)
		a.limit *= int64(days) + 1
	}
	a.early = tooEarly(a.limit, b.measure, mine)
	return a
}

// truth is what the provider did for a request.
func (e *evidence) truth(m claviger.Measure, s service) int64 {
	switch m {
	case claviger.MeasureRequests:
		return 1
	case claviger.MeasureTokens:
		return s.In + s.Cached + s.Out
	default:
		return e.prices.cost(s.In, s.Cached, s.Out)
	}
}

// errorsInFlight is by how much the requests that may have run at the last
// admission used more than was estimated. All that ended for certain before was
// settled by then, and with the estimates of the others it was within the limit.
func errorsInFlight(m claviger.Measure, mine []*entry) (sum int64) {
	var last time.Time
	for _, got := range mine {
		if !got.kept && got.from.After(last) {
			last = got.from
		}
	}
	for _, got := range mine {
		if got.counted.IsZero() || got.counted.After(last) {
			sum += max(got.of(m)-got.asked(m), 0)
		}
	}
	return sum
}

// tooEarly names an entry that was admitted when what was settled and reserved
// for certain left no room for it; "" when there is none. What was opened before
// the entry was asked for held what it asked by then, or had used what it did; and
// what was counted before has used what the ledger says.
func tooEarly(limit int64, m claviger.Measure, mine []*entry) string {
	type event struct {
		at time.Time
		n  int64
	}
	var events []event
	for _, got := range mine {
		least := min(got.asked(m), got.of(m))
		events = append(events, event{afterwards(got.OpenedAt), least})
		if !got.counted.IsZero() {
			events = append(events, event{got.counted, got.of(m) - least})
		}
	}
	slices.SortFunc(events, func(x, y event) int { return cmp.Or(x.at.Compare(y.at), cmp.Compare(x.n, y.n)) })
	asking := slices.Clone(mine)
	slices.SortFunc(asking, func(x, y *entry) int { return x.from.Compare(y.from) })
	var used int64
	for _, got := range asking {
		for len(events) > 0 && !events[0].at.After(got.from) {
			used += events[0].n
			events = events[1:]
		}
		if !got.kept && used+got.asked(m) > limit {
			return fmt.Sprintf("entry %s, asked for at %s, was admitted with %d used or reserved for certain, and asked for %d of %d",
				got.ID, got.from.Format(time.RFC3339Nano), used, got.asked(m), limit)
		}
	}
	return ""
}
