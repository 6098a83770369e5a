package store

import (
	"context"
	"database/sql"

	claviger "github.com/claviger/claviger"
)

// The columns of an entry in three parts: what names it, what its opening says
// and what its closing says.
const (
	openingColumns = `organisation_id, workspace_id, api_key_id, integration_id, provider_id, provider_slug, request_id,
	ai_provider, operation, model, stream, attempt, opened_us, estimated_in, estimated_out, estimated_cost, price, charges`
	closingColumns = `outcome, http_status, estimated, response_model, closed_us, upstream_us, first_byte_us,
	input, cache_read, cache_write_5m, cache_write_1h, audio_input, image_input, output, audio_output, image_output, reasoning,
	cache_read_audio, cache_read_image, web_searches, file_searches, cost`
	entryColumns = "entry_id, node, status, " + openingColumns + ", " + closingColumns
)

func entryTo(e *claviger.Entry) []any {
	o, c := &e.Opening, &e.Closing
	return []any{fixedTo{o.ID[:]}, text(&e.Node), text(&e.Status),
		text(&o.OrganisationID), text(&o.WorkspaceID), text(&o.APIKeyID), text(&o.IntegrationID), text(&o.ProviderID),
		text(&o.ProviderSlug), text(&o.RequestID), text(&o.AIProvider), text(&o.Operation), text(&o.Model), flag(&o.Stream),
		number(&o.Attempt), timeTo{&o.OpenedAt}, number(&o.EstimatedIn), number(&o.EstimatedOut), number(&o.EstimatedCost),
		text(&o.Price), text(&o.Charges),
		text(&c.Outcome), number(&c.HTTPStatus), flag(&c.Estimated), text(&c.Model), timeTo{&c.ClosedAt},
		durationTo{&c.UpstreamTime}, durationTo{&c.FirstByte},
		number(&c.Tokens.Input), number(&c.Tokens.CacheRead), number(&c.Tokens.CacheWrite5m), number(&c.Tokens.CacheWrite1h),
		number(&c.Tokens.AudioInput), number(&c.Tokens.ImageInput), number(&c.Tokens.Output), number(&c.Tokens.AudioOutput),
		number(&c.Tokens.ImageOutput), number(&c.Tokens.Reasoning), number(&c.Tokens.CacheReadAudio),
		number(&c.Tokens.CacheReadImage), number(&c.Tokens.WebSearches), number(&c.Tokens.FileSearches), number(&c.Cost)}
}

// Entries lists a page of the ledger, newest first, and counts all that match.
// An unsettled entry has its estimate in Closing.Tokens and Closing.Cost.
func (s *Store) Entries(ctx context.Context, org claviger.OrganisationID, q claviger.EntryQuery) (out []claviger.Entry, total int, err error) {
	w := entriesWhere(org, q)
	l := list{what: "ledger entries", columns: entryColumns, from: "entries",
		order: "opened_us DESC, entry_id DESC", part: q.Page}
	err = s.transact(ctx, s.ledger.Read, &s.dialect.View, func(t *Tx) error {
		out = nil
		total, err = l.read(ctx, t, w, func(rows *sql.Rows) error {
			var e claviger.Entry
			err := rows.Scan(entryTo(&e)...)
			e.Closing.ID = e.ID
			out = append(out, e)
			return err
		})
		return err
	})
	return out, total, err
}

func entriesWhere(org claviger.OrganisationID, q claviger.EntryQuery) *where {
	var w where
	w.and("organisation_id = ?", org)
	// A close without its opening has no organisation, and is nobody's to see.
	w.and("organisation_id <> ''")
	if !q.Entry.IsZero() {
		w.and("entry_id = ?", q.Entry[:])
	}
	if q.WorkspaceID != "" {
		w.and("workspace_id = ?", q.WorkspaceID)
	}
	if q.APIKeyID != "" {
		w.and("api_key_id = ?", q.APIKeyID)
	}
	if q.ProviderSlug != "" {
		w.and("provider_slug = ?", q.ProviderSlug)
	}
	if q.RequestID != "" {
		w.and("request_id = ?", q.RequestID)
	}
	if !q.From.IsZero() {
		w.and("opened_us >= ?", q.From.UnixMicro())
	}
	if !q.To.IsZero() {
		w.and("opened_us < ?", q.To.UnixMicro())
	}
	return &w
}
