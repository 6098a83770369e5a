package store

import claviger "github.com/claviger/claviger"

// fold makes one entry of all that a batch says about an attempt: a statement
// cannot write a row twice. It parts entries with an opening from mere closes.
func fold(entries []claviger.Entry) (whole, closes []*claviger.Entry) {
	seen := make(map[claviger.EntryID]*claviger.Entry, len(entries))
	order := make([]*claviger.Entry, 0, len(entries))
	for i := range entries {
		e := &entries[i]
		id := e.ID
		if id.IsZero() {
			id = e.Closing.ID
		}
		before, ok := seen[id]
		if !ok {
			c := *e
			c.Opening.ID = id
			seen[id] = &c
			order = append(order, &c)
			continue
		}
		merge(before, e)
	}
	for _, e := range order {
		bound(e)
		if e.OrganisationID == "" && e.Status == claviger.EntryClosed {
			closes = append(closes, e)
		} else {
			whole = append(whole, e)
		}
	}
	return whole, closes
}

// merge adds to an entry what another form of it says, as the statements of a
// shipment do to a row: an opening where there is none, and what comes later in
// an attempt's life.
func merge(into, e *claviger.Entry) {
	if into.OrganisationID == "" && e.OrganisationID != "" {
		id := into.ID
		into.Opening = e.Opening
		into.Opening.ID = id
	}
	if rank(e.Status) > rank(into.Status) {
		into.Status, into.Closing = e.Status, e.Closing
	}
}

func rank(s claviger.EntryStatus) int {
	switch s {
	case claviger.EntryClosed:
		return 2
	case claviger.EntryUnsettled:
		return 1
	default:
		return 0
	}
}

// The most that one entry counts for, in tokens of a class and in nano-dollars.
// Providers may say anything, and sums must not outgrow 64 bits.
const (
	mostTokens = 1 << 40
	mostCost   = 1 << 47
)

// bound brings the amounts of an entry into range, and books the estimate of an
// unsettled one.
func bound(e *claviger.Entry) {
	if e.Status == claviger.EntryUnsettled {
		bookEstimate(e)
	}
	t := &e.Closing.Tokens
	for _, n := range [...]*int64{&e.EstimatedIn, &e.EstimatedOut,
		&t.Input, &t.CacheRead, &t.CacheWrite5m, &t.CacheWrite1h, &t.AudioInput, &t.ImageInput, &t.Output,
		&t.AudioOutput, &t.ImageOutput, &t.Reasoning, &t.CacheReadAudio, &t.CacheReadImage, &t.WebSearches, &t.FileSearches} {
		*n = min(max(*n, 0), mostTokens)
	}
	for _, n := range [...]*int64{&e.EstimatedCost, &e.Closing.Cost} {
		*n = min(max(*n, 0), mostCost)
	}
}

// bookEstimate books the estimate of an entry as what it used.
func bookEstimate(e *claviger.Entry) {
	e.Status = claviger.EntryUnsettled
	e.Closing.Estimated, e.Closing.Cost = true, e.EstimatedCost
	e.Closing.Tokens = claviger.Tokens{Input: e.EstimatedIn, Output: e.EstimatedOut}
}
