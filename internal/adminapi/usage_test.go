package adminapi

import (
	"context"
	"testing"
	"time"

	claviger "github.com/claviger/claviger"
)

func TestUsageEntries(t *testing.T) {
	w := newWorld(t)
	other := w.must(orgAdmin, "POST", "/admin/workspaces", `{"name":"Other"}`)["id"].(string)
	at := time.Date(2030, 1, 2, 3, 4, 5, 678000000, time.UTC)
	entry := func(ws string, opened time.Time, slug string) claviger.Entry {
		id := claviger.NewEntryID()
		return claviger.Entry{
			Status: claviger.EntryClosed, Node: "n",
			Opening: claviger.Opening{ID: id, RequestID: "req", OrganisationID: w.made.Organisation.ID, WorkspaceID: claviger.WorkspaceID(ws),
				APIKeyID: "11111111-2222-3333-4444-555555555555", ProviderSlug: slug, AIProvider: "openai", Operation: "chatComplete",
				Model: "m", Stream: true, Attempt: 1, OpenedAt: opened, EstimatedIn: 7, EstimatedOut: 8, EstimatedCost: 9_000, Price: "in 3, out 15",
				Charges: "kc:none:-62135596800000000;ur:rpm:1893456000000000:policy-1:metadata._user%3Aa;"},
			Closing: claviger.Closing{ID: id, Outcome: claviger.Success, HTTPStatus: 200, Tokens: claviger.Tokens{Input: 1, CacheRead: 2, Output: 3, WebSearches: 4, CacheReadAudio: 5}, Cost: 1_000_000_001,
				Model: "m-2", ClosedAt: opened.Add(1500 * time.Millisecond), UpstreamTime: 20 * time.Millisecond},
		}
	}
	a, b := entry(string(w.made.Workspace.ID), at, "a"), entry(other, at.Add(time.Hour), "b")
	open := entry(other, at.Add(2*time.Hour), "b")
	open.Status, open.Closing = claviger.EntryOpen, claviger.Closing{ID: open.ID}
	if err := w.store.Ship(context.Background(), "n", []claviger.Entry{a, b, open}, nil); err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		actor, query string
		total        float64
	}{
		"the organisation sees all":         {orgAdmin, "", 3},
		"a workspace key sees its own":      {workspace, "", 1},
		"whatever workspace it names":       {workspace, "?workspace_id=" + other, 1},
		"one workspace":                     {orgAdmin, "?workspace_id=" + other, 2},
		"one workspace by slug":             {orgAdmin, "?workspace_id=" + w.made.Workspace.Slug, 1},
		"a provider, with its at sign":      {orgAdmin, "?provider=@a", 1},
		"one entry":                         {orgAdmin, "?entry_id=" + a.ID.String(), 1},
		"all attempts of a request":         {orgAdmin, "?request_id=req", 3},
		"a request that never was":          {orgAdmin, "?request_id=Req", 0},
		"a request, as a workspace sees it": {workspace, "?request_id=req", 1},
		"a key":                             {orgAdmin, "?api_key_id=11111111-2222-3333-4444-555555555555", 3},
		"from a time on":                    {orgAdmin, "?start_time=2030-01-02T04:00:00Z", 2},
		"until a time, zone not escaped":    {orgAdmin, "?end_time=2030-01-02T04:04:05+01:00", 0},
		"a page, and the total of all":      {orgAdmin, "?pageSize=1&currentPage=2", 3},
		"far beyond the last page":          {orgAdmin, "?page_size=1000&current_page=9223372036854775807", 3},
		"a workspace that never was, uuid":  {orgAdmin, "?workspace_id=11111111-2222-3333-4444-555555555555", 0},
	}
	for name, tt := range tests {
		if got := w.must(tt.actor, "GET", "/usage/entries"+tt.query, ""); got["total"] != tt.total {
			t.Errorf("%s: %v", name, got["total"])
		}
	}
	got := w.must(workspace, "GET", "/usage/entries", "")["data"].([]any)[0].(map[string]any)
	same(t, "entry", map[string]any{
		"status": got["status"], "outcome": got["outcome"], "http_status": got["http_status"], "total": got["total_tokens"], "cache": got["cache_read_tokens"],
		"opened": got["opened_at"], "duration": got["duration_ms"], "upstream": got["upstream_ms"], "first": got["first_byte_ms"], "model": got["response_model"],
		"integration": got["integration_id"], "object": got["object"],
	}, `{"status":"closed","outcome":"success","http_status":200,"total":11,"cache":2,"opened":"2030-01-02T03:04:05.678Z","duration":1500,"upstream":20,
		"first":null,"model":"m-2","integration":null,"object":"usage-entry"}`)
	same(t, "what it cost", []any{got["cost"], got["estimated_cost"], got["currency"], got["price"], got["web_searches"], got["cache_read_audio_tokens"]},
		`[1.000000001,0.000009,"USD","in 3, out 15",4,5]`)
	same(t, "what it counts on", got["limits"], `[{"counter":"api_key/11111111-2222-3333-4444-555555555555/cost/none","window_start":null},
		{"counter":"usage_policy/policy-1/requests/rpm/metadata._user:a","window_start":"2030-01-01T00:00:00.000Z"}]`)
	running := w.must(orgAdmin, "GET", "/usage/entries?entry_id="+open.ID.String(), "")["data"].([]any)[0].(map[string]any)
	same(t, "open entry", []any{running["status"], running["outcome"], running["http_status"], running["closed_at"], running["total_tokens"], running["estimated_input_tokens"]}, `["open",null,null,null,0,7]`)
	for query, path := range map[string]string{"?start_time=yesterday": "start_time", "?entry_id=x": "entry_id", "?page_size=-1": "page_size"} {
		r := w.do(orgAdmin, "GET", "/usage/entries"+query, "")
		if r.status != 400 || r.object["error"].(map[string]any)["param"] != path {
			t.Errorf("%s: %d %s", query, r.status, r.text)
		}
	}
	if r := w.do(orgAdmin, "GET", "/usage/entries?workspace_id=ws-none", ""); r.status != 403 {
		t.Errorf("foreign workspace: %d", r.status)
	}
}
