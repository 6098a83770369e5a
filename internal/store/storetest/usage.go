package storetest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	claviger "github.com/claviger/claviger"
)

// spread is a ledger of three days: entries of all states, in two workspaces,
// by three keys, on two providers, one of which had its slug from another.
func spread(w *world) (batch []claviger.Entry) {
	for n := range 40 {
		e := w.ours.opened(n)
		e.OpenedAt = at.Add(time.Duration(n) * 90 * time.Minute)
		e.APIKeyID = claviger.APIKeyID(fmt.Sprint("key-", n%3))
		if n%4 == 0 {
			e.WorkspaceID, e.Model = "ws-2", "gpt-5-mini"
		}
		if n%5 == 0 {
			e.ProviderID = "before"
		}
		if n%7 == 0 {
			e.IntegrationID, e.ProviderID, e.ProviderSlug = "", "", ""
		}
		switch n % 6 {
		case 0:
		case 1:
			e = unsettled(e)
		case 2:
			e = closed(e)
			e.Closing.Outcome = claviger.TimedOut
		default:
			e = closed(e)
		}
		batch = append(batch, e)
	}
	return append(batch, closed(w.their.opened(1)), closeOnly(w.ours.opened(99)))
}

// summed compares sums of the ledger with those of a plain loop.
func summed(t *testing.T, w *world) {
	ctx := t.Context()
	entries := spread(w)
	ok(t, w.store.Ship(ctx, "node-1", entries, nil))
	whole := claviger.SumQuery{From: at.Add(-time.Hour), To: at.Add(1000 * time.Hour)}
	for _, by := range [][]claviger.UsageGroup{nil, {claviger.ByDay}, {claviger.ByWorkspace}, {claviger.ByIntegration}, {claviger.ByProvider},
		{claviger.ByAPIKey}, {claviger.ByModel}, {claviger.ByModel, claviger.ByDay}, {claviger.ByWorkspace, claviger.ByAPIKey, claviger.ByProvider}, claviger.UsageGroups} {
		for name, change := range map[string]func(*claviger.SumQuery){
			"everything":    func(*claviger.SumQuery) {},
			"two days":      func(q *claviger.SumQuery) { q.From, q.To = at.Add(21*time.Hour), at.Add(50*time.Hour) },
			"one instant":   func(q *claviger.SumQuery) { q.From, q.To = at, at.Add(time.Microsecond) },
			"before it all": func(q *claviger.SumQuery) { q.To = at },
			"a workspace":   func(q *claviger.SumQuery) { q.WorkspaceID = "ws-2" },
			"a key":         func(q *claviger.SumQuery) { q.APIKeyID = "key-1" },
			"a model":       func(q *claviger.SumQuery) { q.Model = "gpt-5-mini" },
			"a provider":    func(q *claviger.SumQuery) { q.ProviderSlug = w.ours.provider.Slug },
			"an integration of a key": func(q *claviger.SumQuery) {
				q.IntegrationID, q.APIKeyID = w.ours.integration.ID, "key-2"
			},
			"text that no store holds": func(q *claviger.SumQuery) { q.Model = "\x00" },
		} {
			q := whole
			q.By = by
			change(&q)
			what := fmt.Sprintf("%s by %v", name, by)
			want := plainSums(w.ours.org.ID, entries, q)
			var got []claviger.UsageSum
			for q.Page.Size = 3; ; q.Page.Number++ {
				part, total, err := w.store.UsageSums(ctx, w.ours.org.ID, q)
				ok(t, err)
				same(t, what+": total", len(want), total)
				if len(part) == 0 {
					break
				}
				got = append(got, part...)
			}
			if len(by) > 0 && by[0] == claviger.ByDay && !slices.IsSortedFunc(got, func(a, b claviger.UsageSum) int { return b.Day.Compare(a.Day) }) {
				t.Errorf("%s: the newest day is not first", what)
			}
			slices.SortFunc(got, bySum)
			same(t, what, want, got)
		}
	}
	q := claviger.SumQuery{From: whole.From, To: whole.To, Page: claviger.Page{Number: 1<<63 - 1, Size: 1000}}
	rows, total, err := w.store.UsageSums(ctx, w.ours.org.ID, q)
	ok(t, err)
	same(t, "far beyond the last page", []int{0, 1}, []int{len(rows), total})
}

// plainSums is what [store.Store.UsageSums] answers.
func plainSums(org claviger.OrganisationID, entries []claviger.Entry, q claviger.SumQuery) (out []claviger.UsageSum) {
	sums := map[claviger.UsageSum]*claviger.UsageSum{}
	for _, e := range entries {
		if e.OrganisationID != org || e.OpenedAt.Before(q.From) || !e.OpenedAt.Before(q.To) || q.WorkspaceID != "" && e.WorkspaceID != q.WorkspaceID ||
			q.APIKeyID != "" && e.APIKeyID != q.APIKeyID || q.IntegrationID != "" && e.IntegrationID != q.IntegrationID ||
			q.ProviderSlug != "" && e.ProviderSlug != q.ProviderSlug || q.Model != "" && e.Model != q.Model {
			continue
		}
		group := groupOf(e, q.By)
		if sums[group] == nil {
			sum := group
			sums[group] = &sum
		}
		addTo(sums[group], e)
	}
	for _, s := range sums {
		out = append(out, *s)
	}
	slices.SortFunc(out, bySum)
	return out
}

func groupOf(e claviger.Entry, by []claviger.UsageGroup) (s claviger.UsageSum) {
	for _, g := range by {
		switch g {
		case claviger.ByDay:
			s.Day = e.OpenedAt.Truncate(24 * time.Hour)
		case claviger.ByWorkspace:
			s.WorkspaceID = e.WorkspaceID
		case claviger.ByIntegration:
			s.IntegrationID = e.IntegrationID
		case claviger.ByProvider:
			s.ProviderID, s.ProviderSlug = e.ProviderID, e.ProviderSlug
		case claviger.ByAPIKey:
			s.APIKeyID = e.APIKeyID
		case claviger.ByModel:
			s.Model = e.Model
		}
	}
	return s
}

func addTo(s *claviger.UsageSum, e claviger.Entry) {
	if e.Status == claviger.EntryOpen {
		s.Open++
		return
	}
	s.Attempts++
	if e.Attempt == 1 {
		s.Requests++
	}
	switch {
	case e.Status == claviger.EntryUnsettled:
		s.Unsettled++
	case e.Closing.Outcome != claviger.Success:
		s.Errors++
	}
	c, t := e.Closing.Tokens, &s.Tokens
	for _, n := range []struct {
		to *int64
		by int64
	}{{&t.Input, c.Input}, {&t.CacheRead, c.CacheRead}, {&t.CacheWrite5m, c.CacheWrite5m}, {&t.CacheWrite1h, c.CacheWrite1h},
		{&t.AudioInput, c.AudioInput}, {&t.ImageInput, c.ImageInput}, {&t.Output, c.Output}, {&t.AudioOutput, c.AudioOutput},
		{&t.ImageOutput, c.ImageOutput}, {&t.Reasoning, c.Reasoning}, {&t.CacheReadAudio, c.CacheReadAudio},
		{&t.CacheReadImage, c.CacheReadImage}, {&t.WebSearches, c.WebSearches}, {&t.FileSearches, c.FileSearches}, {&s.Cost, e.Closing.Cost}} {
		*n.to += n.by
	}
}

func bySum(a, b claviger.UsageSum) int {
	key := func(s claviger.UsageSum) string {
		return fmt.Sprint(s.Day, s.WorkspaceID, s.IntegrationID, s.ProviderSlug, s.ProviderID, s.APIKeyID, s.Model)
	}
	return cmp.Or(a.Day.Compare(b.Day), strings.Compare(key(a), key(b)))
}
