package overspend

import (
	"strings"
	"testing"
	"time"

	claviger "github.com/claviger/claviger"
)

// sound is evidence in which everything is right: two requests of 100 tokens in
// and 50 out, one after the other, and one that was killed.
func sound(strict bool) (*evidence, budget) {
	p := prices{in: 2_000, cached: 1_000, out: 4_000} // 2, 1 and 4 nano-dollars a token
	e := &evidence{prices: p, strict: strict, served: map[turn]service{}, sent: map[marker]*sending{}}
	began := time.Date(2030, 1, 2, 3, 0, 0, 0, time.UTC)
	for i, id := range []string{"a", "b", "c"} {
		m := marker{modelName(i), 60}
		opened := began.Add(time.Duration(i) * time.Minute)
		closed := opened.Add(10 * time.Second)
		got := entry{ID: id, RequestID: id, Attempt: 1, Model: m.model, EstimatedIn: 110, EstimatedOut: 60, OpenedAt: opened, estimatedCost: p.cost(110, 0, 60)}
		s := service{turn: turn{m, 1}, In: 90, Cached: 10, Out: 50, Fate: answered, Reported: true}
		c := &sending{marker: m, entry: id, status: 200, finished: true, began: opened.Add(-time.Second), ended: closed.Add(time.Second)}
		if id == "c" {
			got.Status, got.Estimated, got.Input, got.Output = "unsettled", true, 110, 60
			s.Reported, s.Left, c.finished = false, true, false
		} else {
			got.Status, got.Outcome, got.ClosedAt, got.Input, got.Cached, got.Output = "closed", "success", &closed, 90, 10, 50
		}
		got.Total, got.cost = got.Input+got.Cached+got.Output, p.cost(got.Input, got.Cached, got.Output)
		e.entries, e.served[turn{m, 1}], e.sent[m] = append(e.entries, got), s, c
	}
	return e, budget{name: "key", measure: claviger.MeasureCost, limit: 1240}
}

// again adds a second attempt of the first request, a minute after all others.
func (e *evidence) again(id string, retries int) {
	got, first := e.entries[0], turn{e.entries[0].marker(), 1}
	closed := got.OpenedAt.Add(4 * time.Minute)
	got.ID, got.Attempt, got.OpenedAt, got.ClosedAt = id, 2, closed.Add(-time.Minute), &closed
	s := e.served[first]
	s.attempt = 2
	e.entries, e.served[s.turn] = append(e.entries, got), s
	e.sent[first.marker].retries, e.sent[first.marker].entry = retries, id
}

// fails makes a turn one that the provider refused.
func (e *evidence) fails(t turn) {
	got := &e.entries[0]
	got.Outcome, got.Input, got.Cached, got.Output, got.Total, got.cost = "provider_error", 0, 0, 0, 0, 0
	e.served[t] = service{turn: t, Fate: failing}
}

func TestTheJudgeNoticesWhatIsWrong(t *testing.T) {
	first := marker{modelName(0), 60}
	tests := map[string]struct {
		strict  bool
		spoil   func(*evidence, *budget)
		verdict string
		fault   string // part of one; "" for none
	}{
		"nothing is wrong":              {false, func(*evidence, *budget) {}, "ok", ""},
		"nothing is wrong, strictly":    {true, func(*evidence, *budget) {}, "ok", ""},
		"a nano-dollar too much":        {true, func(_ *evidence, b *budget) { b.limit = 1239 }, "OVERSPENT", ""},
		"an estimate was too low":       {false, func(e *evidence, b *budget) { b.limit = 1200; e.entries[2].estimatedCost -= 40 }, "ok", ""},
		"which a strict limit forbids":  {true, func(e *evidence, b *budget) { b.limit = 1200; e.entries[2].estimatedCost -= 40 }, "OVERSPENT", ""},
		"admitted with no room":         {false, func(e *evidence, b *budget) { b.limit = 1100; e.entries[2].cost = 0 }, "ADMITTED TOO MUCH", "want 460"},
		"reserved beyond the limit":     {false, func(e *evidence, b *budget) { b.limit = 1239; e.entries[2].estimatedCost++ }, "OVERSPENT", ""},
		"an entry is missing":           {false, func(e *evidence, _ *budget) { e.entries = e.entries[1:] }, "UNBILLED", "does not know it"},
		"an entry is there twice":       {false, func(e *evidence, _ *budget) { e.entries = append(e.entries, e.entries[0]) }, "OVERSPENT", "twice"},
		"an entry of nobody":            {false, func(e *evidence, _ *budget) { delete(e.sent, first) }, "ok", "of no caller"},
		"another id than the caller's":  {false, func(e *evidence, _ *budget) { e.sent[first].entry = "x" }, "ok", "was told of entry x"},
		"still open":                    {false, func(e *evidence, _ *budget) { e.entries[0].Status = "open" }, "ok", "is open"},
		"a token too few":               {false, func(e *evidence, _ *budget) { e.entries[0].Output--; e.entries[0].Total-- }, "ok", "want 386 for its tokens"},
		"a token too few, and its cost": {false, func(e *evidence, _ *budget) { e.entries[0].Output--; e.entries[0].Total--; e.entries[0].cost -= 4 }, "ok", "want 90+10 in, 50 out"},
		"a nano-dollar too little":      {false, func(e *evidence, _ *budget) { e.entries[0].cost-- }, "ok", "want 390"},
		"cached tokens at full price":   {false, func(e *evidence, _ *budget) { e.entries[0].Input, e.entries[0].Cached = 100, 0 }, "ok", "want 400"},
		"an estimate without need":      {false, func(e *evidence, _ *budget) { e.entries[0].Estimated = true }, "ok", "although the answer arrived"},
		"unsettled, though it arrived":  {false, func(e *evidence, _ *budget) { e.sent[marker{modelName(2), 60}].finished = true }, "ok", "its answer had arrived"},
		"unsettled below its estimate": {false, func(e *evidence, _ *budget) {
			e.entries[2].Input, e.entries[2].Total, e.entries[2].cost = 100, 160, 440
		}, "ok", "not booked at its estimate"},
		"below the truth, strictly": {true, func(e *evidence, _ *budget) {
			e.served[turn{marker{modelName(2), 60}, 1}] = service{In: 150, Out: 60, Fate: silent}
		}, "UNBILLED", "under a strict limit"},
		"less than the caller received": {false, func(e *evidence, _ *budget) {
			got := &e.entries[0]
			got.Estimated, got.Outcome, got.Input, got.Cached, got.Output, got.Total, got.cost = true, "cut", 110, 0, 20, 130, 300
			e.sent[first].received, e.sent[first].finished = 100, false
			e.served[turn{first, 1}] = service{In: 90, Cached: 10, Out: 30, Fate: cutEarly}
		}, "ok", "the caller got 100 bytes"},
		"an attempt too many":        {false, func(e *evidence, b *budget) { e.again("d", 0); b.limit = 2000 }, "ok", "its caller asked for 1 at most"},
		"an attempt after an answer": {false, func(e *evidence, b *budget) { e.again("d", 1); b.limit = 2000 }, "ok", "after the provider's answer was answered"},
		"an attempt after one that is open": {false, func(e *evidence, b *budget) {
			e.again("d", 1)
			got := &e.entries[0]
			got.Status, got.Estimated, got.Input, got.Cached, got.Output, got.Total, got.cost = "unsettled", true, 110, 0, 60, 170, 460
			b.limit = 2000
		}, "ok", "and it is unsettled"},
		"an attempt without the one before": {false, func(e *evidence, b *budget) {
			e.again("d", 1)
			e.entries, b.limit = e.entries[1:], 2000
		}, "UNBILLED", "the attempt before it is not in the ledger"},
		"an attempt of another request": {false, func(e *evidence, b *budget) {
			e.again("d", 1)
			e.entries[3].RequestID, b.limit = "x", 2000
		}, "ok", "another request's id"},
		"an attempt after a failure": {true, func(e *evidence, b *budget) {
			e.again("d", 1)
			e.fails(turn{first, 1})
			b.limit = 1310 // what the others used, and asked for
		}, "ok", ""},
		"an attempt that counts as a request": {true, func(e *evidence, b *budget) {
			e.again("d", 1)
			e.fails(turn{first, 1})
			b.on, b.measure, b.limit = "provider", claviger.MeasureRequests, 3
		}, "OVERSPENT", ""},
		"which it does not with the key": {true, func(e *evidence, b *budget) {
			e.again("d", 1)
			e.fails(turn{first, 1})
			b.on, b.measure, b.limit = "api_key", claviger.MeasureRequests, 3
		}, "ok", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			e, b := sound(tt.strict)
			tt.spoil(e, &b)
			gather(e)
			a := e.account(b)
			if got := a.verdict(); got != tt.verdict {
				t.Errorf("verdict %s, want %s: %+v", got, tt.verdict, a)
			}
			all := strings.Join(e.faults, "\n")
			if tt.fault == "" && all != "" || !strings.Contains(all, tt.fault) {
				t.Errorf("faults %q, want %q", all, tt.fault)
			}
		})
	}
}

func TestAdmissionsBeyondTheLimitAreSeen(t *testing.T) {
	at := time.Date(2030, 1, 2, 3, 0, 0, 0, time.UTC)
	second := func(n int) time.Time { return at.Add(time.Duration(n) * time.Second) }
	// of is asked for at a second, opened one later, and counted after that; never
	// when counted is 0.
	of := func(from, counted int, asked, used int64) *entry {
		e := &entry{ID: "e", from: second(from), OpenedAt: second(from + 1), estimatedCost: asked, cost: used}
		if counted > 0 {
			e.counted = second(counted)
		}
		return e
	}
	tests := map[string]struct {
		mine []*entry
		seen bool
	}{
		"one after the other":                       {[]*entry{of(0, 3, 60, 40), of(5, 9, 60, 60)}, false},
		"together, with room for one":               {[]*entry{of(0, 9, 60, 40), of(5, 9, 61, 60)}, true},
		"together, with room for both":              {[]*entry{of(0, 9, 40, 40), of(5, 9, 60, 60)}, false},
		"asked for before the other was opened":     {[]*entry{of(0, 9, 60, 60), of(1, 3, 60, 60)}, false},
		"after one that used more than was guessed": {[]*entry{of(0, 3, 10, 90), of(5, 9, 11, 11)}, true},
		"while that one still runs":                 {[]*entry{of(0, 9, 10, 90), of(5, 9, 90, 11)}, false},
		"after one of which no end is known":        {[]*entry{of(0, 0, 10, 90), of(5, 9, 90, 11)}, false},
		"counted at that very moment":               {[]*entry{of(0, 5, 10, 90), of(5, 9, 11, 11)}, true},
	}
	for name, tt := range tests {
		if got := tooEarly(100, claviger.MeasureCost, tt.mine); (got != "") != tt.seen {
			t.Errorf("%s: %q", name, got)
		}
	}
}

// A server that was killed does not leave the judge in the dark: what it had
// opened is counted by the next one, however late that one opens its first.
func TestWhatIsCertainOfTimes(t *testing.T) {
	m := marker{modelName(0), 60}
	began := time.Date(2030, 1, 2, 3, 0, 0, 0, time.UTC)
	second := func(n int) time.Time { return began.Add(time.Duration(n) * time.Second) }
	for name, tt := range map[string]struct {
		spoil         func(c *sending, first, again *entry)
		killed        []time.Time
		from, counted time.Time // of the first
		later         time.Time // from of the one after it
	}{
		"an answer that arrived":        {func(*sending, *entry, *entry) {}, nil, second(0), afterwards(second(4)), second(3)},
		"one that did not":              {func(c *sending, _, again *entry) { c.finished = false; again.Attempt = 7 }, nil, second(0), time.Time{}, second(0)},
		"one without another attempt":   {func(_ *sending, _, again *entry) { again.Attempt = 7 }, nil, second(0), second(9), second(0)},
		"one that was killed":           {func(c *sending, _, again *entry) { c.finished = false; again.Attempt = 7 }, []time.Time{second(3)}, second(0), second(3), second(3)},
		"one that came after a killing": {func(*sending, *entry, *entry) {}, []time.Time{second(0).Add(time.Millisecond)}, second(0).Add(time.Millisecond), afterwards(second(4)), second(3)},
	} {
		t.Run(name, func(t *testing.T) {
			closed := second(3)
			first := &entry{Model: m.model, EstimatedOut: m.max, Attempt: 1, OpenedAt: second(1), ClosedAt: &closed}
			again := &entry{Model: m.model, EstimatedOut: m.max, Attempt: 2, OpenedAt: second(4)}
			c := &sending{marker: m, finished: true, began: began, ended: second(9)}
			tt.spoil(c, first, again)
			e := &evidence{sent: map[marker]*sending{m: c}, killed: tt.killed, by: map[turn]*entry{first.turn(): first, again.turn(): again}}
			if from, counted := e.from(first), e.counted(first); !from.Equal(tt.from) || !counted.Equal(tt.counted) {
				t.Errorf("from %v, counted %v; want %v and %v", from, counted, tt.from, tt.counted)
			}
			if later := e.from(again); !later.Equal(tt.later) {
				t.Errorf("the one after it is from %v, want %v", later, tt.later)
			}
		})
	}
}
