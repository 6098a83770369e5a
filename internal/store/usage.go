package store

import (
	"context"
	"database/sql"
	"slices"
	"strconv"
	"strings"
	"time"

	claviger "github.com/claviger/claviger"
)

// dayMicros is a day in microseconds.
const dayMicros = 24 * 60 * 60 * 1_000_000

// groupColumns are the expressions that a sum is grouped by, and how they are
// sorted.
var groupColumns = map[claviger.UsageGroup]struct{ columns, order []string }{
	claviger.ByDay:         {[]string{"opened_us / " + strconv.Itoa(dayMicros)}, []string{" DESC"}},
	claviger.ByWorkspace:   {[]string{"workspace_id"}, []string{""}},
	claviger.ByIntegration: {[]string{"integration_id"}, []string{""}},
	claviger.ByProvider:    {[]string{"provider_slug", "provider_id"}, []string{"", ""}},
	claviger.ByAPIKey:      {[]string{"api_key_id"}, []string{""}},
	claviger.ByModel:       {[]string{"model"}, []string{""}},
}

// summed are the expressions that are added up, in the order of [sumTo].
var summed = []string{
	"CASE WHEN status <> 'open' AND attempt = 1 THEN 1 ELSE 0 END",
	"CASE WHEN status <> 'open' THEN 1 ELSE 0 END", "CASE WHEN status = 'closed' AND outcome <> 'success' THEN 1 ELSE 0 END",
	"CASE WHEN status = 'unsettled' THEN 1 ELSE 0 END", "CASE WHEN status = 'open' THEN 1 ELSE 0 END",
	"input", "cache_read", "cache_write_5m", "cache_write_1h", "audio_input", "image_input", "output", "audio_output",
	"image_output", "reasoning", "cache_read_audio", "cache_read_image", "web_searches", "file_searches", "cost",
}

func sumTo(s *claviger.UsageSum) []any {
	t := &s.Tokens
	var dest []any
	for _, n := range []*int64{&s.Requests, &s.Attempts, &s.Errors, &s.Unsettled, &s.Open, &t.Input, &t.CacheRead, &t.CacheWrite5m, &t.CacheWrite1h,
		&t.AudioInput, &t.ImageInput, &t.Output, &t.AudioOutput, &t.ImageOutput, &t.Reasoning, &t.CacheReadAudio,
		&t.CacheReadImage, &t.WebSearches, &t.FileSearches, &s.Cost} {
		dest = append(dest, number(n))
	}
	return dest
}

// groupTo are the places of a group's columns; day is the number of the day.
func groupTo(s *claviger.UsageSum, by claviger.UsageGroup, day *int64) []any {
	switch by {
	case claviger.ByDay:
		return []any{number(day)}
	case claviger.ByWorkspace:
		return []any{text(&s.WorkspaceID)}
	case claviger.ByIntegration:
		return []any{text(&s.IntegrationID)}
	case claviger.ByProvider:
		return []any{text(&s.ProviderSlug), text(&s.ProviderID)}
	case claviger.ByAPIKey:
		return []any{text(&s.APIKeyID)}
	default:
		return []any{text(&s.Model)}
	}
}

// UsageSums sums up entries in groups, a page of them, and counts the groups.
// It reads every entry that matches.
func (s *Store) UsageSums(ctx context.Context, org claviger.OrganisationID, q claviger.SumQuery) (out []claviger.UsageSum, total int, err error) {
	q.Page.Number = min(q.Page.Number, 1<<40) // far beyond any last page
	err = s.transact(ctx, s.ledger.Read, &s.dialect.View, func(t *Tx) error {
		out, total, err = t.usageSums(ctx, org, q)
		if err != nil || len(out) > 0 || q.Page.Number == 0 {
			return err
		}
		// Beyond the last page no row tells how many there are.
		first := q
		first.Page = claviger.Page{Size: 1}
		_, total, err = t.usageSums(ctx, org, first)
		return err
	})
	return out, total, err
}

func (t *Tx) usageSums(ctx context.Context, org claviger.OrganisationID, q claviger.SumQuery) (out []claviger.UsageSum, total int, err error) {
	columns, order := grouping(q.By)
	w := sumsWhere(org, q)
	// Grouped by what all have in common too, so that nothing is no group.
	query := "SELECT " + strings.Join(slices.Concat(columns, sums()), ", ") + ", COUNT(*) OVER () FROM entries" + w.text.String() +
		" GROUP BY " + strings.Join(append(columns, "organisation_id"), ", ") + " ORDER BY " + strings.Join(append(order, "1"), ", ") +
		" LIMIT " + strconv.Itoa(q.Page.Size) + " OFFSET " + strconv.Itoa(q.Page.Offset())
	err = t.rows(ctx, "usage", query, w.args, func(rows *sql.Rows) error {
		var sum claviger.UsageSum
		day, dest := int64(0), []any{}
		for _, g := range q.By {
			dest = append(dest, groupTo(&sum, g, &day)...)
		}
		err := rows.Scan(append(append(dest, sumTo(&sum)...), &total)...)
		if slices.Contains(q.By, claviger.ByDay) {
			sum.Day = time.UnixMicro(day * dayMicros).UTC()
		}
		out = append(out, sum)
		return err
	})
	return out, total, err
}

func grouping(by []claviger.UsageGroup) (columns, order []string) {
	for _, g := range by {
		c := groupColumns[g]
		columns = append(columns, c.columns...)
		for i, direction := range c.order {
			order = append(order, c.columns[i]+direction)
		}
	}
	return columns, order
}

// sums are bigint on both databases: one would answer a number of any size.
func sums() (out []string) {
	for _, e := range summed {
		out = append(out, "CAST(SUM("+e+") AS BIGINT)")
	}
	return out
}

func sumsWhere(org claviger.OrganisationID, q claviger.SumQuery) *where {
	var w where
	w.and("organisation_id = ?", org)
	w.and("opened_us >= ? AND opened_us < ?", q.From.UnixMicro(), q.To.UnixMicro())
	for _, f := range []struct{ column, value string }{
		{"workspace_id", string(q.WorkspaceID)}, {"api_key_id", string(q.APIKeyID)}, {"integration_id", string(q.IntegrationID)},
		{"provider_slug", q.ProviderSlug}, {"model", q.Model},
	} {
		if f.value != "" {
			w.and(f.column+" = ?", f.value)
		}
	}
	return &w
}
