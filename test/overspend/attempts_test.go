package overspend

import (
	"fmt"

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

// held is an entry with what it held on the budget, and since when.
func (e *evidence) held(b *budget, got *entry) *entry {
	out := *got
	out.kept, out.admitted = e.kept(b, got), got.OpenedAt
	for first := got; e.kept(b, first); {
		first = e.by[turn{first.marker(), first.Attempt - 1}]
		out.admitted = first.OpenedAt
	}
	return &out
}
