package adminapi

import (
	"context"
	"net/http"
	"strings"
	"time"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/admin"
	"github.com/claviger/claviger/internal/authz"
)

const entriesPage = 100

func (a *api) usage() {
	register(a, operation{
		ID: "list-usage-entries", Method: http.MethodGet, Path: "/usage/entries", Tag: "Usage",
		Summary: "Read the ledger, newest first", Scopes: []claviger.Scope{"logs.list", "logs.view"}, Body: noBody,
	}, a.listEntries)
	a.usageSums()
}

// UsageEntry is one attempt in the ledger. What is known at its end only is
// null, or 0 for counts, until the status is closed; an unsettled entry counts
// its estimate.
type UsageEntry struct {
	ID            string  `json:"id" format:"uuid"`
	Status        string  `json:"status" enum:"open,closed,unsettled" doc:"unsettled: the process died before the end; the estimate stands."`
	Outcome       *string `json:"outcome" doc:"success, provider_error, unreachable, timeout, client_gone, cut, internal_error, shutdown."`
	RequestID     string  `json:"request_id"`
	WorkspaceID   string  `json:"workspace_id"`
	APIKeyID      string  `json:"api_key_id"`
	IntegrationID *string `json:"integration_id"`
	ProviderID    *string `json:"provider_id"`
	Provider      *string `json:"provider" doc:"The provider's slug."`
	AIProvider    string  `json:"ai_provider"`
	Operation     string  `json:"operation"`
	Model         string  `json:"model" doc:"As sent to the provider."`
	ResponseModel *string `json:"response_model" doc:"As the provider named it."`
	Stream        bool    `json:"stream"`
	Attempt       int     `json:"attempt" doc:"From 1 within the request."`
	HTTPStatus    *int    `json:"http_status" doc:"Sent to the caller; 499 when it had left."`

	InputTokens     int64 `json:"input_tokens" doc:"Uncached text."`
	CacheReadTokens int64 `json:"cache_read_tokens"`
	CacheWrite5m    int64 `json:"cache_write_5m_tokens"`
	CacheWrite1h    int64 `json:"cache_write_1h_tokens"`
	AudioInput      int64 `json:"audio_input_tokens"`
	ImageInput      int64 `json:"image_input_tokens"`
	OutputTokens    int64 `json:"output_tokens" doc:"Text, reasoning included."`
	AudioOutput     int64 `json:"audio_output_tokens"`
	ImageOutput     int64 `json:"image_output_tokens"`
	ReasoningTokens int64 `json:"reasoning_tokens"`
	CacheReadAudio  int64 `json:"cache_read_audio_tokens"`
	CacheReadImage  int64 `json:"cache_read_image_tokens"`
	TotalTokens     int64 `json:"total_tokens"`
	WebSearches     int64 `json:"web_searches" doc:"Done by the provider on its own."`
	FileSearches    int64 `json:"file_searches" doc:"Likewise."`
	Estimated       bool  `json:"estimated" doc:"The provider did not say; counted from bytes."`
	EstimatedInput  int64 `json:"estimated_input_tokens" doc:"Booked while there is no end."`
	EstimatedOutput int64 `json:"estimated_output_tokens"`

	Cost          dollars     `json:"cost" doc:"US dollars, exact to nine decimals."`
	EstimatedCost dollars     `json:"estimated_cost" doc:"Booked while there is no end."`
	Currency      string      `json:"currency" enum:"USD"`
	Price         *string     `json:"price" doc:"What it was charged at, in words; null when no price is known."`
	Limits        []UsedLimit `json:"limits" doc:"What it counts on."`

	OpenedAt   *string `json:"opened_at" format:"date-time"`
	ClosedAt   *string `json:"closed_at" format:"date-time"`
	DurationMS *int64  `json:"duration_ms"`
	UpstreamMS *int64  `json:"upstream_ms" doc:"From sending until the answer's headers."`
	FirstByte  *int64  `json:"first_byte_ms" doc:"From admission until the first byte to the caller."`
	Object     string  `json:"object" enum:"usage-entry"`
}

// UsedLimit is a limit that an attempt counts on.
type UsedLimit struct {
	Counter string  `json:"counter" doc:"What is limited, its id, the measure and the period; of a policy the group as well."`
	Window  *string `json:"window_start" format:"date-time" doc:"When the period began; null: it has no beginning."`
}

// limitsOf names what an attempt counts on.
func limitsOf(o *claviger.Opening) []UsedLimit {
	charges, err := o.ChargesOf()
	out := make([]UsedLimit, 0, len(charges))
	if err != nil { // nothing that an admission writes
		return out
	}
	for _, c := range charges {
		out = append(out, UsedLimit{c.Counter.String(), instant(c.Window)})
	}
	return out
}

func entryWire(e claviger.Entry) UsageEntry {
	t := e.Closing.Tokens
	out := UsageEntry{
		ID: e.ID.String(), Status: string(e.Status), RequestID: e.RequestID,
		WorkspaceID: string(e.WorkspaceID), APIKeyID: string(e.APIKeyID), IntegrationID: orNull(e.IntegrationID),
		ProviderID: orNull(e.ProviderID), Provider: orNull(e.ProviderSlug), AIProvider: e.AIProvider, Operation: e.Operation,
		Model: e.Model, Stream: e.Stream, Attempt: e.Attempt,
		InputTokens: t.Input, CacheReadTokens: t.CacheRead, CacheWrite5m: t.CacheWrite5m, CacheWrite1h: t.CacheWrite1h,
		AudioInput: t.AudioInput, ImageInput: t.ImageInput, OutputTokens: t.Output, AudioOutput: t.AudioOutput,
		ImageOutput: t.ImageOutput, ReasoningTokens: t.Reasoning, TotalTokens: t.In() + t.Out(),
		CacheReadAudio: t.CacheReadAudio, CacheReadImage: t.CacheReadImage, WebSearches: t.WebSearches, FileSearches: t.FileSearches,
		Cost: dollars(e.Closing.Cost), EstimatedCost: dollars(e.EstimatedCost), Currency: "USD", Price: orNull(e.Price), Limits: limitsOf(&e.Opening),
		Estimated: e.Closing.Estimated, EstimatedInput: e.EstimatedIn, EstimatedOutput: e.EstimatedOut, OpenedAt: instant(e.OpenedAt), Object: "usage-entry",
	}
	if e.Status == claviger.EntryClosed {
		out.close(e)
	}
	return out
}

func (u *UsageEntry) close(e claviger.Entry) {
	c := e.Closing
	u.Outcome, u.ResponseModel, u.ClosedAt = orNull(c.Outcome), orNull(c.Model), instant(c.ClosedAt)
	u.HTTPStatus = &c.HTTPStatus
	u.DurationMS = milliseconds(c.ClosedAt.Sub(e.OpenedAt))
	u.UpstreamMS, u.FirstByte = milliseconds(c.UpstreamTime), milliseconds(c.FirstByte)
}

// milliseconds is null for what never was.
func milliseconds(d time.Duration) *int64 {
	if d == 0 {
		return nil
	}
	ms := d.Milliseconds()
	return &ms
}

type entryList struct {
	Paging
	WorkspaceID string `query:"workspace_id" doc:"UUID or slug."`
	APIKeyID    string `query:"api_key_id"`
	Provider    string `query:"provider" doc:"The provider's slug, with or without @."`
	EntryID     string `query:"entry_id"`
	RequestID   string `query:"request_id" doc:"All attempts of one request; its answer names it in the header x-portkey-request-id."`
	StartTime   string `query:"start_time" doc:"RFC 3339; of the admission, inclusive."`
	EndTime     string `query:"end_time" doc:"RFC 3339; exclusive."`
}

func (a *api) listEntries(ctx context.Context, by authz.Caller, in *entryList) (list[UsageEntry], error) {
	f := admin.EntryFilter{
		Workspace: in.WorkspaceID, APIKeyID: in.APIKeyID, Provider: in.Provider, EntryID: in.EntryID, RequestID: in.RequestID,
		StartTime: zone(in.StartTime), EndTime: zone(in.EndTime), Page: in.page(entriesPage),
	}
	all, total, err := a.admin.Entries(ctx, by, f)
	return listOf(all, total, entryWire), err
}

// zone puts back the plus of a zone: clients leave it unescaped in queries,
// where it means a space.
func zone(t string) string { return strings.ReplaceAll(t, " ", "+") }
