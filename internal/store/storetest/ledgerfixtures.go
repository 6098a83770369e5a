package storetest

import (
	"fmt"
	"time"

	claviger "github.com/claviger/claviger"
)

// opened is the n-th entry of a tenant as its admission leaves it.
func (t tenant) opened(n int) claviger.Entry {
	id := claviger.NewEntryID()
	return claviger.Entry{Status: claviger.EntryOpen, Node: "node-1", Closing: claviger.Closing{ID: id},
		Opening: claviger.Opening{ID: id, RequestID: fmt.Sprintf("req-%06d", n), OrganisationID: t.org.ID, WorkspaceID: t.workspace.ID,
			APIKeyID: t.key.ID, IntegrationID: t.integration.ID, ProviderID: t.provider.ID, ProviderSlug: t.provider.Slug,
			AIProvider: "openai", Operation: "chatComplete", Model: "gpt-5", Stream: n%2 == 1, Attempt: 1 + n%3,
			OpenedAt: at.Add(time.Duration(n) * time.Millisecond), EstimatedIn: 100, EstimatedOut: 200, EstimatedCost: 4000,
			Price: "in 3, out 15", Charges: t.charges(n)}}
}

// charges are what the n-th entry counts on: a budget of the key in cost, the
// tokens of a policy's group, and requests a minute in one of two windows.
func (t tenant) charges(n int) string {
	window := at.Add(time.Duration(n%2) * time.Minute)
	var b []byte
	for _, c := range []claviger.Charge{
		{Counter: claviger.Counter{Kind: claviger.CountAPIKey, Measure: claviger.MeasureCost, Cadence: "none"}},
		{Counter: policyCounter, Window: at},
		{Counter: claviger.Counter{Kind: claviger.CountAccess, Measure: claviger.MeasureRequests, Cadence: "rpm"}, Window: window},
	} {
		b = claviger.AppendCharge(b, c)
	}
	return string(b)
}

var policyCounter = claviger.Counter{Kind: claviger.CountUsagePolicy, ID: "7f000000-0000-4000-8000-000000000001",
	Measure: claviger.MeasureTokens, Cadence: "monthly", Value: "metadata._user:Zoë; a:b"}

// counters are those that entries of the tenant count on.
func (t tenant) counters() []claviger.Counter {
	return []claviger.Counter{
		{Kind: claviger.CountAPIKey, ID: string(t.key.ID), Measure: claviger.MeasureCost, Cadence: "none"},
		policyCounter,
		{Kind: claviger.CountAccess, ID: claviger.AccessID(t.integration.ID, t.workspace.ID), Measure: claviger.MeasureRequests, Cadence: "rpm"},
	}
}

// closed is e after its end.
func closed(e claviger.Entry) claviger.Entry {
	e.Status = claviger.EntryClosed
	e.Closing = claviger.Closing{ID: e.ID, Outcome: claviger.Success, HTTPStatus: 200, Model: "gpt-5-2026",
		Tokens: claviger.Tokens{Input: 1, CacheRead: 2, CacheWrite5m: 3, CacheWrite1h: 4, AudioInput: 5, ImageInput: 6,
			Output: 7, AudioOutput: 8, ImageOutput: 9, Reasoning: 1 << 40,
			CacheReadAudio: 10, CacheReadImage: 11, WebSearches: 12, FileSearches: 13}, Cost: 3001,
		Estimated: true, ClosedAt: e.OpenedAt.Add(time.Second), UpstreamTime: 300 * time.Millisecond, FirstByte: 310 * time.Millisecond}
	return e
}

// closeOnly is the close of e as the journal has it: the opening is elsewhere.
func closeOnly(e claviger.Entry) claviger.Entry {
	e = closed(e)
	e.Opening = claviger.Opening{ID: e.ID}
	return e
}

// unsettled is e after its node died.
func unsettled(e claviger.Entry) claviger.Entry {
	e.Status = claviger.EntryUnsettled
	e.Closing = claviger.Closing{ID: e.ID, Estimated: true, Cost: e.EstimatedCost,
		Tokens: claviger.Tokens{Input: e.EstimatedIn, Output: e.EstimatedOut}}
	return e
}
