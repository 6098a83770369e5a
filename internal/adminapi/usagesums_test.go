package adminapi

import (
	"encoding/csv"
	"fmt"
	"maps"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/test/exchange"
)

// spent is a ledger of five days up to the world's now: in the first workspace
// attempts of 1, 2, … nano-dollars, in another one of a dollar.
func spent(t *testing.T, w *world) (other string, integration string) {
	t.Helper()
	other = w.must(orgAdmin, "POST", "/admin/workspaces", `{"name":"Other"}`)["id"].(string)
	integration = w.must(orgAdmin, "POST", "/integrations", `{"name":"n","slug":"main","ai_provider_id":"openai","key":"k12345678"}`)["id"].(string)
	var batch []claviger.Entry
	add := func(workspace, model string, ago time.Duration, cost int64) {
		id := claviger.NewEntryID()
		batch = append(batch, claviger.Entry{Status: claviger.EntryClosed, Node: "n",
			Opening: claviger.Opening{ID: id, OrganisationID: w.made.Organisation.ID, WorkspaceID: claviger.WorkspaceID(workspace),
				APIKeyID: "11111111-2222-3333-4444-555555555555", ProviderSlug: "a", ProviderID: "p", Model: model, Attempt: 1, OpenedAt: w.moment().Add(-ago)},
			Closing: claviger.Closing{ID: id, Outcome: claviger.Success, Tokens: claviger.Tokens{Input: 1, CacheReadAudio: 2, Output: 3, WebSearches: 4}, Cost: cost}})
	}
	const day = 24 * time.Hour
	for n := range 5 {
		add(string(w.made.Workspace.ID), "gpt-5", time.Duration(n)*day, int64(n+1))
	}
	add(other, `=cmd|' /C calc'!A0`, day, 1_000_000_000)
	add(other, "@SUM(1)\n", 400*day, 1)
	batch[0].IntegrationID = claviger.IntegrationID(integration)
	batch[1].Closing.Outcome = claviger.TimedOut
	batch[5].IntegrationID = "gone"
	ok(t, w.store.Ship(t.Context(), "n", batch, nil))
	return other, integration
}

func ok(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestUsageIsSummedUp(t *testing.T) {
	w := newWorld(t)
	other, integration := spent(t, w)
	tests := map[string]struct {
		actor, query string
		total        float64
		requests     float64 // of all rows together
	}{
		"by day, when nothing is said":       {orgAdmin, "", 5, 6},
		"by model":                           {orgAdmin, "?group_by=model", 2, 6},
		"by model and day":                   {orgAdmin, "?group_by=model,day", 6, 6},
		"with blanks":                        {orgAdmin, "?group_by=model,%20day", 6, 6},
		"by everything":                      {orgAdmin, "?group_by=workspace,integration,provider,api_key,model,day", 6, 6},
		"a workspace key sees its own":       {workspace, "?group_by=workspace", 1, 5},
		"whatever workspace it names":        {workspace, "?group_by=workspace&workspace_id=" + other, 1, 5},
		"a workspace":                        {orgAdmin, "?workspace_id=" + other, 1, 1},
		"a workspace by slug":                {orgAdmin, "?workspace_id=" + w.made.Workspace.Slug, 5, 5},
		"a workspace that never was":         {orgAdmin, "?workspace_id=11111111-2222-3333-4444-555555555555", 0, 0},
		"an integration by slug":             {orgAdmin, "?integration=main", 1, 1},
		"an integration by id":               {orgAdmin, "?integration=" + strings.ToUpper(integration), 1, 1},
		"an integration that never was":      {orgAdmin, "?integration=never", 0, 0},
		"a provider, with its at sign":       {orgAdmin, "?provider=@a&group_by=provider", 1, 6},
		"a provider that never was":          {orgAdmin, "?provider=b", 0, 0},
		"a key":                              {orgAdmin, "?api_key_id=11111111-2222-3333-4444-555555555555&group_by=api_key", 1, 6},
		"a model":                            {orgAdmin, "?model=gpt-5", 5, 5},
		"from a time on":                     {orgAdmin, "?start_time=2030-05-04T00:00:00Z", 3, 4},
		"until a time":                       {orgAdmin, "?end_time=2030-05-04T00:00:00Z", 2, 2},
		"a time long ago":                    {orgAdmin, "?start_time=2029-01-01&end_time=2029-12-31", 1, 1},
		"a page, and the total of all":       {orgAdmin, "?page_size=2&current_page=1", 5, 2},
		"far beyond the last page":           {orgAdmin, "?page_size=1000&current_page=9223372036854775807", 5, 0},
		"more than a page may hold":          {orgAdmin, "?page_size=5000", 5, 6},
		"JSON, whatever the header accepts":  {orgAdmin, "?format=json", 5, 6},
		"nothing is there, so there is none": {orgAdmin, "?start_time=2030-05-07T00:00:00Z&end_time=2030-05-08T00:00:00Z", 0, 0},
	}
	for name, tt := range tests {
		got := w.must(tt.actor, "GET", "/usage"+tt.query, "")
		requests := 0.0
		for _, row := range got["data"].([]any) {
			requests += row.(map[string]any)["requests"].(float64)
		}
		if got["total"] != tt.total || requests != tt.requests {
			t.Errorf("%s: %v groups of %v requests", name, got["total"], requests)
		}
	}
	got := w.must(orgAdmin, "GET", "/usage?group_by=day,workspace", "")
	same(t, "groups", got["group_by"], `["day","workspace"]`)
	row := got["data"].([]any)[1].(map[string]any) // yesterday, the workspaces in the order of their ids
	if row["workspace_id"] != string(w.made.Workspace.ID) {
		row = got["data"].([]any)[2].(map[string]any)
	}
	same(t, "a row", row, `{"day":"2030-05-05","workspace_id":"`+string(w.made.Workspace.ID)+`","integration_id":null,"provider":null,"provider_id":null,
		"api_key_id":null,"model":null,"requests":1,"attempts":1,"errors":1,"unsettled":0,"open":0,"input_tokens":1,"cache_read_tokens":0,"cache_write_5m_tokens":0,
		"cache_write_1h_tokens":0,"audio_input_tokens":0,"image_input_tokens":0,"cache_read_audio_tokens":2,"cache_read_image_tokens":0,
		"output_tokens":3,"audio_output_tokens":0,"image_output_tokens":0,"reasoning_tokens":0,"total_input_tokens":3,"total_output_tokens":3,
		"total_tokens":6,"web_searches":4,"file_searches":0,"cost":0.000000002,"currency":"USD","object":"usage-sum"}`)
}

func TestARetryIsNoRequestOfItsOwn(t *testing.T) {
	w := newWorld(t)
	var batch []claviger.Entry
	for n, model := range []string{"m", "m", "other"} {
		id := claviger.NewEntryID()
		batch = append(batch, claviger.Entry{Status: claviger.EntryClosed, Node: "n",
			Opening: claviger.Opening{ID: id, RequestID: "req", OrganisationID: w.made.Organisation.ID, WorkspaceID: w.made.Workspace.ID,
				Model: model, Attempt: n + 1, OpenedAt: w.moment()},
			Closing: claviger.Closing{ID: id, Outcome: claviger.ProviderError}})
	}
	batch[2].Closing.Outcome = claviger.Success
	ok(t, w.store.Ship(t.Context(), "n", batch, nil))
	got := w.must(orgAdmin, "GET", "/usage?group_by=model&end_time=2031-01-01&start_time=2030-05-01", "")["data"].([]any)
	for n, want := range []string{`["m",1,2,2]`, `["other",0,1,0]`} {
		row := got[n].(map[string]any)
		same(t, "sum", []any{row["model"], row["requests"], row["attempts"], row["errors"]}, want)
	}
	rows, _ := w.csvOf(orgAdmin, "?group_by=workspace&format=csv&end_time=2031-01-01&start_time=2030-05-01", "")
	if want := []string{"requests", "attempts", "errors"}; !slices.Equal(rows[0][1:4], want) || !slices.Equal(rows[1][1:4], []string{"1", "3", "2"}) {
		t.Errorf("%v", rows)
	}
}

func TestUsageRefusesWhatItDoesNotKnow(t *testing.T) {
	w := newWorld(t)
	for query, path := range map[string]string{
		"?group_by=hour": "group_by", "?group_by=day,": "group_by", "?group_by=day,day": "group_by", "?group_by=" + strings.Repeat("day,", 2000): "group_by",
		"?start_time=yesterday": "start_time", "?end_time=x": "end_time", "?start_time=2030-01-02&end_time=2030-01-01": "end_time",
		"?start_time=2020-01-01": "start_time", "?page_size=-1": "page_size", "?format=xml": "format",
	} {
		r := w.do(orgAdmin, "GET", "/usage"+query, "")
		if r.status != 400 || r.object["error"].(map[string]any)["param"] != path {
			t.Errorf("%.60s: %d %s", query, r.status, r.text)
		}
	}
	if r := w.do(orgAdmin, "GET", "/usage?workspace_id=ws-none", ""); r.status != 403 {
		t.Errorf("a foreign workspace: %d", r.status)
	}
}

// csvOf asks for CSV.
func (w *world) csvOf(actor, query, accept string) (rows [][]string, disposition string) {
	w.Helper()
	r := httptest.NewRequest("GET", "http://claviger.test/v1/usage"+query, nil)
	r.Header.Set("x-portkey-api-key", w.keys[actor])
	r.Header.Set("Accept", accept)
	rec := httptest.NewRecorder()
	w.handler.ServeHTTP(rec, r)
	kind := rec.Header().Get("Content-Type")
	if rec.Code != 200 || kind != "text/csv" {
		w.Fatalf("%d %s: %s", rec.Code, kind, rec.Body)
	}
	if err := exchange.Record(exchange.Exchange{Method: "GET", Path: r.URL.EscapedPath(), Status: rec.Code, ContentType: kind, Body: rec.Body.Bytes()}); err != nil {
		w.Error(err)
	}
	rows, err := csv.NewReader(rec.Body).ReadAll()
	if err != nil {
		w.Fatal(err)
	}
	return rows, rec.Header().Get("Content-Disposition")
}

func TestUsageAsCSV(t *testing.T) {
	w := newWorld(t)
	other, _ := spent(t, w)
	rows, disposition := w.csvOf(orgAdmin, "?group_by=model,workspace&format=csv&page_size=1", "application/json")
	if len(rows) != 3 || disposition != `attachment; filename="usage.csv"` {
		t.Fatalf("%d rows, %s", len(rows), disposition)
	}
	head := append([]string{"model", "workspace_id"}, sumNames...)
	if !slices.Equal(rows[0], head) {
		t.Errorf("header %v", rows[0])
	}
	want := map[string]string{"model": `'=cmd|' /C calc'!A0`, "workspace_id": other, "requests": "1", "attempts": "1", "cost_usd": "1", "total_tokens": "6", "cache_read_audio_tokens": "2", "web_searches": "4"}
	got := map[string]string{}
	for i, name := range rows[0] {
		if _, asked := want[name]; asked {
			got[name] = rows[1][i]
		}
	}
	if !maps.Equal(got, want) {
		t.Errorf("%v", got)
	}
	if rows[2][0] != "gpt-5" || rows[2][len(rows[2])-1] != "0.000000015" {
		t.Errorf("the sum of small amounts: %v", rows[2])
	}
	for accept, csv := range map[string]bool{"text/csv": true, "text/csv; charset=utf-8, */*;q=0.1": true, "TEXT/CSV": true, "application/json, text/csv": false, "*/*": false, "": false} {
		if acceptsCSV(accept) != csv {
			t.Errorf("%q is taken to ask for CSV: %v", accept, !csv)
		}
	}
	rows, _ = w.csvOf(workspace, "?group_by=integration", "text/csv")
	if len(rows) != 3 || rows[1][0] != "" { // with no integration, and with one
		t.Errorf("%v", rows)
	}
	rows, _ = w.csvOf(orgAdmin, "?group_by=provider,day&start_time=2029-01-01&end_time=2029-12-31", "text/csv")
	if len(rows) != 2 || fmt.Sprint(rows[1][:3]) != "[a p 2029-04-01]" {
		t.Errorf("%v", rows)
	}
	if r := w.do(workspace, "GET", "/usage?format=csv&group_by=x", ""); r.status != 400 {
		t.Errorf("a refusal is JSON all the same: %d", r.status)
	}
}

func TestCellsAreNoFormulas(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "gpt-5": "gpt-5", "=1+1": "'=1+1", "+1": "'+1", "-1": "'-1", "@SUM": "'@SUM", "\t=1": "'\t=1", "\r=1": "'\r=1", "é=": "é=",
	} {
		if got := cell(in); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
}
