package overspend

import (
	"fmt"
	"time"

	claviger "github.com/claviger/claviger"
)

// misplaced says what is wrong with an entry's place among the attempts of its
// request; "" when nothing is.
func (e *evidence) misplaced(got *entry, s service, c *sending) string {
	last := e.last[got.marker()]
	switch before := e.by[turn{got.marker(), got.Attempt - 1}]; {
	case got.Attempt < 1 || got.Attempt > 1+c.retries:
		return fmt.Sprintf("it is attempt %d, and its caller asked for %d at most", got.Attempt, 1+c.retries)
	case got.Attempt > 1 && before == nil:
		return "the attempt before it is not in the ledger"
	case got.RequestID != last.RequestID:
		return "another attempt of it has another request's id"
	case got == last:
	case got.Status != "closed":
		return "another attempt was made, and it is " + got.Status
	case s.Fate == "" && got.Outcome == "unreachable":
	case !s.Fate.failed():
		return "another attempt was made after the provider's answer was " + string(s.Fate)
	}
	return ""
}

// once reports whether the limit counts a request, whatever attempts it takes.
func (b *budget) once() bool { return b.on == "api_key" || b.on == "workspace" }

// counts reports whether an attempt of a request adds to the budget.
func (b *budget) counts(attempt int) bool {
	return attempt == 1 || b.measure != claviger.MeasureRequests || !b.once()
}

// kept reports whether an attempt goes on with what the one before it held: that
// cost nothing.
func (e *evidence) kept(b *budget, got *entry) bool {
	before := e.by[turn{got.marker(), got.Attempt - 1}]
	return b.once() && before != nil && before.Total == 0
}

// held is an entry with what is certain of the times at which it was admitted and
// counted. The ledger has when it was opened, which is some time after it was
// admitted: right after a start much has to be read in between.
func (e *evidence) held(b *budget, got *entry) *entry {
	out := *got
	out.kept, out.from, out.counted = e.kept(b, got), e.from(got), e.counted(got)
	return &out
}

// from is a moment before which the entry was not admitted: its caller had not
// asked, or the attempt before it ran, or the process that served it was not there.
func (e *evidence) from(got *entry) (from time.Time) {
	if c := e.sent[got.marker()]; c != nil {
		from = c.began
	}
	if before := e.by[turn{got.marker(), got.Attempt - 1}]; before != nil && before.ClosedAt != nil && before.ClosedAt.After(from) {
		from = *before.ClosedAt
	}
	for _, at := range e.killed {
		if got.OpenedAt.After(at) && at.After(from) {
			from = at
		}
	}
	return from
}

// counted is a moment at which all counters had what the entry used: another
// attempt followed, or its answer's end had arrived, or the process was gone, and
// the next one read the ledger before it served. It is zero when there is none.
func (e *evidence) counted(got *entry) (counted time.Time) {
	if c := e.sent[got.marker()]; c != nil && c.finished {
		counted = c.ended
	}
	if next := e.by[turn{got.marker(), got.Attempt + 1}]; next != nil {
		counted = afterwards(next.OpenedAt)
	}
	for _, at := range e.killed {
		if got.OpenedAt.Before(at) && (counted.IsZero() || at.Before(counted)) {
			counted = at
		}
	}
	return counted
}

// afterwards is a moment that is not before one of the ledger, of which the API
// shows whole milliseconds.
func afterwards(t time.Time) time.Time { return t.Add(time.Millisecond) }
