package adminapi

import (
	"context"
	"net/http"
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/admin"
	"github.com/claviger/claviger/internal/authz"
)

// mostRows is how many groups a CSV holds at most.
const mostRows = 50_000

func (a *api) usageSums() {
	register(a, operation{
		ID: "sum-usage", Method: http.MethodGet, Path: "/usage", Tag: "Usage",
		Summary: "Sum the ledger up, as JSON or CSV", Scopes: []claviger.Scope{"logs.list", "logs.view"}, Body: noBody,
	}, a.sumUsage)
	// The answer has two forms, so it is not described by its Go type.
	doc := a.huma.OpenAPI()
	doc.Paths["/usage"].Get.Responses["200"] = &huma.Response{
		Description: "The sums, newest days first.",
		Content: map[string]*huma.MediaType{
			mediaType: {Schema: doc.Components.Schemas.Schema(reflect.TypeFor[usageSums](), true, "")},
			mediaCSV:  {Schema: &huma.Schema{Type: huma.TypeString}},
		},
	}
}

// UsageSum is the sum of a group of attempts. What it is not grouped by is null,
// and so is what its attempts had none of.
type UsageSum struct {
	Day           *string `json:"day" format:"date" doc:"Of the admission, in UTC."`
	WorkspaceID   *string `json:"workspace_id"`
	IntegrationID *string `json:"integration_id" doc:"Null also where the caller brought the credential."`
	Provider      *string `json:"provider" doc:"The provider's slug."`
	ProviderID    *string `json:"provider_id"`
	APIKeyID      *string `json:"api_key_id"`
	Model         *string `json:"model" doc:"As sent to the provider."`

	Requests  int64 `json:"requests" doc:"Those whose first attempt is one of these attempts."`
	Attempts  int64 `json:"attempts" doc:"Attempts that ended, or stand at their estimate."`
	Errors    int64 `json:"errors" doc:"Of the attempts, those that ended otherwise than in success."`
	Unsettled int64 `json:"unsettled" doc:"Of the attempts, those that stand at their estimate."`
	Open      int64 `json:"open" doc:"Attempts besides that have not ended."`

	InputTokens     int64 `json:"input_tokens" doc:"Uncached text."`
	CacheReadTokens int64 `json:"cache_read_tokens"`
	CacheWrite5m    int64 `json:"cache_write_5m_tokens"`
	CacheWrite1h    int64 `json:"cache_write_1h_tokens"`
	AudioInput      int64 `json:"audio_input_tokens"`
	ImageInput      int64 `json:"image_input_tokens"`
	CacheReadAudio  int64 `json:"cache_read_audio_tokens"`
	CacheReadImage  int64 `json:"cache_read_image_tokens"`
	OutputTokens    int64 `json:"output_tokens" doc:"Text, reasoning included."`
	AudioOutput     int64 `json:"audio_output_tokens"`
	ImageOutput     int64 `json:"image_output_tokens"`
	ReasoningTokens int64 `json:"reasoning_tokens"`
	TokensIn        int64 `json:"total_input_tokens" doc:"Everything that went in."`
	TokensOut       int64 `json:"total_output_tokens" doc:"Everything that came out."`
	TotalTokens     int64 `json:"total_tokens"`
	WebSearches     int64 `json:"web_searches"`
	FileSearches    int64 `json:"file_searches"`

	Cost     dollars `json:"cost" doc:"US dollars, exact to nine decimals."`
	Currency string  `json:"currency" enum:"USD"`
	Object   string  `json:"object" enum:"usage-sum"`
}

func sumWire(s claviger.UsageSum) UsageSum {
	t := s.Tokens
	out := UsageSum{
		WorkspaceID: orNull(s.WorkspaceID), IntegrationID: orNull(s.IntegrationID), Provider: orNull(s.ProviderSlug),
		ProviderID: orNull(s.ProviderID), APIKeyID: orNull(s.APIKeyID), Model: orNull(s.Model),
		Requests: s.Requests, Attempts: s.Attempts, Errors: s.Errors, Unsettled: s.Unsettled, Open: s.Open,
		InputTokens: t.Input, CacheReadTokens: t.CacheRead, CacheWrite5m: t.CacheWrite5m, CacheWrite1h: t.CacheWrite1h,
		AudioInput: t.AudioInput, ImageInput: t.ImageInput, CacheReadAudio: t.CacheReadAudio, CacheReadImage: t.CacheReadImage,
		OutputTokens: t.Output, AudioOutput: t.AudioOutput, ImageOutput: t.ImageOutput, ReasoningTokens: t.Reasoning,
		TokensIn: t.In(), TokensOut: t.Out(), TotalTokens: t.In() + t.Out(), WebSearches: t.WebSearches, FileSearches: t.FileSearches,
		Cost: dollars(s.Cost), Currency: "USD", Object: "usage-sum",
	}
	if !s.Day.IsZero() {
		day := s.Day.Format("2006-01-02")
		out.Day = &day
	}
	return out
}

type usageSums struct {
	Object  string     `json:"object" enum:"list"`
	Total   int        `json:"total" doc:"Groups on all pages."`
	GroupBy []string   `json:"group_by"`
	Data    []UsageSum `json:"data"`
}

type sumQuery struct {
	Paging
	GroupBy     string `query:"group_by" doc:"Of day, workspace, integration, provider, api_key and model, any with commas between; day when absent."`
	WorkspaceID string `query:"workspace_id" doc:"UUID or slug."`
	APIKeyID    string `query:"api_key_id"`
	Provider    string `query:"provider" doc:"The provider's slug, with or without @."`
	Integration string `query:"integration" doc:"UUID or slug."`
	Model       string `query:"model" doc:"As sent to the provider."`
	StartTime   string `query:"start_time" doc:"RFC 3339; of the admission, inclusive. 30 days before the end when absent, 366 at most."`
	EndTime     string `query:"end_time" doc:"RFC 3339; exclusive. Now when absent."`
	Format      string `query:"format" enum:"json,csv" doc:"CSV has all groups on one page, 50,000 at most. When absent, the header Accept says it."`
	Accept      string `header:"Accept" hidden:"true"`
}

func (a *api) sumUsage(ctx context.Context, by authz.Caller, in *sumQuery) (func(huma.Context), error) {
	f := admin.SumFilter{
		GroupBy: in.GroupBy, Workspace: in.WorkspaceID, Integration: in.Integration, APIKeyID: in.APIKeyID, Provider: in.Provider,
		Model: in.Model, StartTime: zone(in.StartTime), EndTime: zone(in.EndTime), Page: in.page(entriesPage),
	}
	csv := in.Format == "csv" || in.Format == "" && acceptsCSV(in.Accept)
	if csv {
		f.Page = claviger.Page{Size: mostRows}
	}
	groups, sums, total, err := a.admin.UsageSums(ctx, by, f)
	if err != nil {
		return nil, err
	}
	if csv {
		if total > mostRows {
			var p claviger.Problems
			p.Add("format", "csv is of 50,000 groups at most: ask for a shorter time, or group by less")
			return nil, p.Err()
		}
		return a.sendCSV(groups, sums), nil
	}
	out := usageSums{Object: "list", Total: total, GroupBy: []string{}, Data: listOf(sums, total, sumWire).Data}
	for _, g := range groups {
		out.GroupBy = append(out.GroupBy, string(g))
	}
	return func(c huma.Context) {
		c.SetHeader("Content-Type", mediaType)
		if err := format.Marshal(c.BodyWriter(), out); err != nil {
			a.log.DebugContext(c.Context(), "an answer was not sent", "error", err)
		}
	}, nil
}
