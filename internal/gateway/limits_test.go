package gateway_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/gateway"
	"github.com/claviger/claviger/internal/store"
)

// bounded are requests of about 25 tokens in and at most 50 out.
const bounded = `{"model":"gpt-a","max_tokens":50,"messages":[{"role":"user","content":"hi"}]}`

// used is an answer that used 100 tokens in and 50 out: at 2 and 8 US dollars per
// million, 600,000 nano-dollars.
const (
	used     = `{"model":"gpt-a","choices":[{"message":{"content":"x"}}],"usage":{"prompt_tokens":100,"completion_tokens":50,"total_tokens":150}}`
	usedCost = 600_000
)

// place is somewhere that limits can be set.
type place struct {
	kind claviger.CounterKind
	set  func(r *rig, usage, rates string)
}

// places are all of them, by the name in a refusal.
var places = map[string]place{
	"API Key": {claviger.CountAPIKey, func(r *rig, usage, rates string) {
		r.update(func(tx *store.Tx) error {
			k, err := tx.APIKey(r.Context(), r.org.ID, r.keyID())
			if err != nil {
				return err
			}
			k.UsageLimits, k.RateLimits = json.RawMessage(usage), json.RawMessage(rates)
			return tx.UpdateAPIKey(r.Context(), k)
		})
		r.keys.Invalidate(claviger.Change{OrganisationID: r.org.ID, Kind: claviger.APIKeyChanged, ID: string(r.keyID())})
	}},
	"Workspace": {claviger.CountWorkspace, func(r *rig, usage, rates string) {
		r.update(func(tx *store.Tx) error {
			w, err := tx.Workspace(r.Context(), r.org.ID, string(r.ws.ID))
			if err != nil {
				return err
			}
			w.UsageLimits, w.RateLimits = array(usage), json.RawMessage(rates)
			return tx.UpdateWorkspace(r.Context(), w)
		})
		change := claviger.Change{OrganisationID: r.org.ID, Kind: claviger.WorkspaceChanged, ID: string(r.ws.ID)}
		r.keys.Invalidate(change)
		r.gw.Invalidate(change)
	}},
	"Integration": {claviger.CountAccess, func(r *rig, usage, rates string) {
		r.update(func(tx *store.Tx) error {
			g, err := tx.Grant(r.Context(), r.org.ID, r.stored.ID, r.ws.ID)
			if err != nil {
				return err
			}
			g.UsageLimits, g.RateLimits = array(usage), json.RawMessage(rates)
			return tx.PutGrant(r.Context(), g)
		})
		r.changed()
	}},
	"Virtual Key": {claviger.CountProvider, func(r *rig, usage, rates string) {
		r.update(func(tx *store.Tx) error {
			p, err := tx.Provider(r.Context(), r.org.ID, r.ws.ID, "acc")
			if err != nil {
				return err
			}
			p.UsageLimits, p.RateLimits = json.RawMessage(usage), json.RawMessage(rates)
			return tx.UpdateProvider(r.Context(), p)
		})
		r.changed()
	}},
	"Policy": {"", func(r *rig, usage, rates string) {
		if usage != "" {
			r.policy(claviger.UsagePolicy, usage)
		}
		for rate := range strings.SplitSeq(strings.Trim(rates, "[]"), "},") {
			if rate != "" {
				r.policy(claviger.RatePolicy, strings.TrimSuffix(rate, "}")+"}")
			}
		}
	}},
}

func array(limit string) json.RawMessage {
	if limit == "" {
		return nil
	}
	return json.RawMessage("[" + limit + "]")
}

// policy adds a policy for every model of the account, counted apart for each
// team.
func (r *rig) policy(kind claviger.PolicyKind, limit string) {
	now := claviger.Now(time.Now())
	r.update(func(tx *store.Tx) error {
		return tx.InsertPolicy(r.Context(), claviger.Policy{
			ID: claviger.NewID[claviger.PolicyID](), OrganisationID: r.org.ID, WorkspaceID: r.ws.ID, Kind: kind, Name: "team budget",
			Conditions: json.RawMessage(`[{"key":"model","value":"@acc/*"}]`), GroupBy: json.RawMessage(`[{"key":"metadata.team"}]`),
			Limit: json.RawMessage(limit), Target: "llm", Status: claviger.Active, CreatedAt: now, UpdatedAt: now, Version: 1,
		})
	})
	r.gw.Invalidate(claviger.Change{OrganisationID: r.org.ID, Kind: claviger.PolicyChanged, ID: string(r.ws.ID)})
}

func pricedRig(t *testing.T, upstream http.HandlerFunc, change ...func(*gateway.Options)) *rig {
	return newRig(t, "openai", upstream, append(change, func(o *gateway.Options) { o.Catalogue = known(t) })...)
}

var team = []string{"x-portkey-metadata", `{"team":"red"}`}

func TestABudgetIsSpentAndThenRefuses(t *testing.T) {
	for name, p := range places {
		for budget, text := range map[string]string{
			"cost":   `{"type":"cost","credit_limit":0.0014}`,
			"tokens": `{"type":"tokens","credit_limit":350}`,
		} {
			t.Run(name+" "+budget, func(t *testing.T) {
				r := pricedRig(t, answers(200, used))
				p.set(r, text, "")
				for i := range 2 {
					if resp, body := r.chat(bounded, team...); resp.StatusCode != 200 {
						t.Fatalf("call %d: %d %s", i, resp.StatusCode, body)
					}
				}
				resp, body := r.chat(bounded, team...)
				var told struct {
					Status  string
					Message string
					Error   struct {
						Message, Type, Code string
						Limit               struct {
							On, Type                         string
							Value, Used, Reserved, Requested json.Number
						}
					}
				}
				if err := json.Unmarshal([]byte(body), &told); err != nil || resp.StatusCode != 412 {
					t.Fatalf("%d %s: %v", resp.StatusCode, body, err)
				}
				want := map[string]json.Number{"cost": "0.0012", "tokens": "300"}[budget]
				l := told.Error.Limit
				if l.Type != budget || l.Used != want || l.Reserved != "0" || told.Message != told.Error.Message ||
					!strings.Contains(told.Message, name) || p.kind != "" && l.On != string(p.kind) {
					t.Errorf("%s", body)
				}
				if name == "Policy" {
					if resp, body := r.chat(bounded, "x-portkey-metadata", `{"team":"blue"}`); resp.StatusCode != 200 {
						t.Errorf("another group: %d %s", resp.StatusCode, body)
					}
				}
				p.set(r, strings.NewReplacer("0.0014", "10", "350", "1000").Replace(text), "")
				resp, body = r.chat(bounded, team...)
				if name != "Policy" && resp.StatusCode != 200 { // a second policy leaves the first
					t.Errorf("after it was raised: %d %s", resp.StatusCode, body)
				}
			})
		}
	}
}

func TestARateIsKeptAndTold(t *testing.T) {
	for name, p := range places {
		t.Run(name, func(t *testing.T) {
			noon := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
			r := pricedRig(t, answers(200, used), func(o *gateway.Options) { o.Limits = limiterAt(noon); o.Now = func() time.Time { return noon } })
			p.set(r, "", `[{"type":"requests","unit":"rph","value":2}]`)
			for _, left := range []string{"1", "0"} {
				resp, body := r.chat(bounded, team...)
				if resp.StatusCode != 200 || resp.Header.Get("x-ratelimit-remaining-requests") != left ||
					resp.Header.Get("x-ratelimit-limit-requests") != "2" || resp.Header.Get("x-ratelimit-reset-requests") != "1h0m0s" {
					t.Fatalf("%d %v %s", resp.StatusCode, resp.Header, body)
				}
			}
			resp, body := r.chat(bounded, team...)
			if resp.StatusCode != 429 || !strings.Contains(strings.ToLower(body), "exceeded") || resp.Header.Get("Retry-After") != "3600" ||
				resp.Header.Get("x-ratelimit-remaining-requests") != "0" || !strings.Contains(body, `"resets_at":"2026-11-23T13:00:00Z"`) {
				t.Errorf("%d %v %s", resp.StatusCode, resp.Header, body)
			}
		})
	}
}

func TestARefusalSaysWhetherWaitingHelps(t *testing.T) {
	const unbounded = `{"model":"gpt-a","messages":[{"role":"user","content":"hi"}]}`
	noon := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for name, tt := range map[string]struct {
		rates      string
		before     int // calls that pass
		body       string
		says       string
		retryAfter string
	}{
		"a request that no window holds": {`[{"type":"tokens","unit":"rpm","value":40}]`, 0, unbounded, "more than the whole limit; max_tokens bounds", ""},
		"a request that the next holds":  {`[{"type":"tokens","unit":"rpm","value":200}]`, 1, bounded, "what is left", "60"},
		"a window that is used up":       {`[{"type":"tokens","unit":"rpm","value":100}]`, 1, bounded, "rate limit exceeded. Error", "60"},
		"requests, of which each is one": {`[{"type":"requests","unit":"rpm","value":1}]`, 1, unbounded, "rate limit exceeded. Error", "60"},
	} {
		t.Run(name, func(t *testing.T) {
			r := pricedRig(t, answers(200, used), func(o *gateway.Options) { o.Limits = limiterAt(noon); o.Now = func() time.Time { return noon } })
			places["API Key"].set(r, "", tt.rates)
			for range tt.before {
				if resp, body := r.chat(bounded); resp.StatusCode != 200 {
					t.Fatalf("%d %s", resp.StatusCode, body)
				}
			}
			resp, body := r.chat(tt.body)
			if resp.StatusCode != 429 || !strings.Contains(body, tt.says) || resp.Header.Get("Retry-After") != tt.retryAfter {
				t.Errorf("%d, Retry-After %q, %s", resp.StatusCode, resp.Header.Get("Retry-After"), body)
			}
		})
	}
}

func TestTheProvidersRatesAreNotMixedWithOurs(t *testing.T) {
	r := pricedRig(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("x-ratelimit-remaining-tokens", "7")
		io.WriteString(w, used)
	})
	if resp, _ := r.chat(bounded); resp.Header.Get("x-ratelimit-remaining-tokens") != "7" {
		t.Error("without a limit of ours the provider's is not passed on")
	}
	places["API Key"].set(r, "", `[{"type":"requests","unit":"rpd","value":20}]`)
	if resp, _ := r.chat(bounded); resp.Header.Get("x-ratelimit-remaining-tokens") != "" || resp.Header.Get("x-ratelimit-limit-requests") != "20" {
		t.Errorf("%v", resp.Header)
	}
}

// After every kind of end the counters say what the ledger says, and nothing is
// held any more.
func TestCountersAgreeWithTheLedgerOnEveryExit(t *testing.T) {
	for name, tt := range map[string]struct {
		upstream http.HandlerFunc
		body     string
		change   func(*gateway.Options)
		leave    bool
		outcome  claviger.Outcome
		cost     bool // something was charged
	}{
		"success":               {answers(200, used), bounded, nil, false, claviger.Success, true},
		"a stream":              {streams(delta, finished, `data: {"choices":[],"usage":{"prompt_tokens":10,"completion_tokens":5}}`+"\n\n", done), streamed, nil, false, claviger.Success, true},
		"a refusal":             {answers(429, `{"error":{"message":"slow down"}}`), bounded, nil, false, claviger.ProviderError, false},
		"a fault":               {answers(500, `{}`), bounded, nil, false, claviger.ProviderError, false},
		"an answer broken off":  {cutAnswer, bounded, nil, false, claviger.Cut, true},
		"a stream broken off":   {streams(delta, delta), streamed, nil, false, claviger.Cut, true},
		"an answer of no JSON":  {answers(200, `nothing`), bounded, nil, false, claviger.ProviderError, true},
		"a caller who leaves":   {stalls, streamed, nil, true, claviger.ClientGone, true},
		"a defect of our own":   {answers(200, used), bounded, func(o *gateway.Options) { o.Providers = crashing{o.Providers} }, false, claviger.Failed, true},
		"nobody at the address": {nil, bounded, nil, false, claviger.Unreachable, false},
	} {
		t.Run(name, func(t *testing.T) {
			ended := &watched{ended: make(chan struct{}, 10)}
			upstream := tt.upstream
			if upstream == nil {
				upstream = answers(200, used)
			}
			r := pricedRig(t, upstream, func(o *gateway.Options) {
				ended.Limiter = o.Limits
				o.Limits = ended
				if tt.change != nil {
					tt.change(o)
				}
			})
			if tt.upstream == nil {
				r.host.Close()
			}
			for _, p := range places {
				p.set(r, `{"type":"cost","credit_limit":5}`, `[{"type":"requests","unit":"rpd","value":100},{"type":"tokens","unit":"rpw","value":100000}]`)
			}
			r.call(tt.body, tt.leave)
			opening, closing := r.books.one(t)
			<-ended.ended // of the attempt
			<-ended.ended // of the request
			if closing.Outcome != tt.outcome || (closing.Cost > 0) != tt.cost {
				t.Errorf("%s at %d nano-dollars", closing.Outcome, closing.Cost)
			}
			entry := claviger.Entry{Opening: opening, Status: claviger.EntryClosed, Closing: closing}
			charges, err := opening.ChargesOf()
			if err != nil || len(charges) != 5*3 {
				t.Fatalf("%d charges: %v: %s", len(charges), err, opening.Charges)
			}
			rules := ended.rules()
			if len(rules) != len(charges) {
				t.Errorf("%d rules, %d charges", len(rules), len(charges))
			}
			states, err := r.limiter.Usage(t.Context(), rules)
			if err != nil {
				t.Fatal(err)
			}
			for i, rule := range rules {
				if want := entry.Amount(rule.Counter.Measure); states[i].Used != want || states[i].Reserved != 0 {
					t.Errorf("%s: used %d, reserved %d, want %d and 0", rule.Counter, states[i].Used, states[i].Reserved, want)
				}
			}
		})
	}
}

func TestStrictLimits(t *testing.T) {
	const strict = `{"type":"cost","credit_limit":0.01,"enforcement":"strict"}`
	for name, tt := range map[string]struct {
		body, limit string
		status      int
		says        string
	}{
		"what fits":                       {bounded, strict, 200, ""},
		"without max_tokens":              {ask[:len(ask)-1] + `,"model":"gpt-a"}`, strict, 400, ""},
		"no bound on the answer":          {`{"model":"gpt-a","messages":[]}`, strict, 412, "max_tokens"},
		"an image by its address":         {`{"model":"gpt-a","max_tokens":5,"messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"https://x"}}]}]}`, strict, 412, "only text"},
		"a search by the provider":        {`{"model":"gpt-a","max_tokens":5,"messages":[],"web_search_options":{}}`, strict, 412, "told beforehand"},
		"a model without a price":         {`{"model":"gpt-unknown","max_tokens":5,"messages":[]}`, strict, 412, "price"},
		"tokens of a model without price": {`{"model":"gpt-unknown","max_tokens":5,"messages":[]}`, `{"type":"tokens","credit_limit":1000,"enforcement":"strict"}`, 200, ""},
		"a model that searches unasked":   {`{"model":"gpt-4o-search-preview","max_tokens":5,"messages":[]}`, strict, 412, "searches"},
		"more than the whole limit":       {`{"model":"gpt-a","max_tokens":5000,"messages":[]}`, strict, 412, "the whole limit"},
	} {
		t.Run(name, func(t *testing.T) {
			r := pricedRig(t, answers(200, used))
			places["API Key"].set(r, tt.limit, "")
			resp, body := r.chat(tt.body)
			if resp.StatusCode != tt.status || !strings.Contains(body, tt.says) {
				t.Errorf("%d %s", resp.StatusCode, body)
			}
		})
	}
}

func TestWhatIsNotKnownIsBookedAtTheBoundWhenALimitIsStrict(t *testing.T) {
	r := pricedRig(t, streams(delta, delta))
	places["API Key"].set(r, `{"type":"cost","credit_limit":5,"enforcement":"strict"}`, "")
	r.call(streamed, false)
	opening, closing := r.books.one(t)
	in, out := int64(len(streamed)), int64(50)
	if cost := in*2000 + out*8000; opening.EstimatedCost != cost || closing.Cost != cost || !closing.Estimated ||
		opening.EstimatedIn != in || opening.EstimatedOut != out {
		t.Errorf("%+v %+v, want %d nano-dollars", opening, closing, cost)
	}
}

func TestAnExplanationForetellsTheAnswer(t *testing.T) {
	for name, tt := range map[string]struct {
		usage, rates, body, kind string
		header                   []string
	}{
		"nothing in the way":       {"", "", bounded, "API Key", nil},
		"a budget with room":       {`{"type":"cost","credit_limit":1}`, "", bounded, "Workspace", nil},
		"a budget without":         {`{"type":"cost","credit_limit":0.0001}`, "", bounded, "Integration", nil},
		"a limit of nothing":       {"", `[{"type":"requests","unit":"rpm","value":0}]`, bounded, "Virtual Key", nil},
		"a strict one":             {`{"type":"cost","credit_limit":1,"enforcement":"strict"}`, "", `{"model":"gpt-a","messages":[]}`, "API Key", nil},
		"a policy of another team": {`{"type":"cost","credit_limit":0.0001}`, "", bounded, "Policy", nil},
		"a policy of the team":     {`{"type":"cost","credit_limit":0.0001}`, "", bounded, "Policy", team},
		"no such provider":         {"", "", bounded, "API Key", []string{"x-portkey-provider", "@nobody"}},
	} {
		t.Run(name, func(t *testing.T) {
			r := pricedRig(t, answers(200, used))
			places[tt.kind].set(r, tt.usage, tt.rates)
			resp, body := r.do(r.request(http.MethodPost, "/v1/explain", tt.body, tt.header...))
			var told struct {
				Allowed bool
				Refusal json.RawMessage
				Status  int `json:"refusal_status"`
			}
			if err := json.Unmarshal([]byte(body), &told); err != nil || resp.StatusCode != 200 {
				t.Fatalf("%d %s", resp.StatusCode, body)
			}
			r.books.none(t)
			real, answer := r.chat(tt.body, tt.header...)
			if told.Allowed != (real.StatusCode == 200) || !told.Allowed && (told.Status != real.StatusCode || !sameRefusal(t, told.Refusal, answer)) {
				t.Errorf("foretold %s\nbut it was %d %s", body, real.StatusCode, answer)
			}
		})
	}
	r := pricedRig(t, answers(200, used))
	if resp, body := r.do(r.request(http.MethodPost, "/v1/explain?route=images", bounded)); resp.StatusCode != 400 {
		t.Errorf("an unknown route: %d %s", resp.StatusCode, body)
	}
}

func sameRefusal(t *testing.T, foretold json.RawMessage, answer string) bool {
	t.Helper()
	var a, b struct{ Message string }
	if err := json.Unmarshal(foretold, &a); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(answer), &b); err != nil {
		t.Fatal(err)
	}
	return a == b
}

func TestAModelWithoutAPriceCostsNothingAndSaysSo(t *testing.T) {
	r := pricedRig(t, answers(200, used))
	places["API Key"].set(r, `{"type":"cost","credit_limit":1}`, "")
	if resp, body := r.chat(fmt.Sprintf(`{"model":%q,"messages":[]}`, "gpt-unknown")); resp.StatusCode != 200 {
		t.Fatalf("%d %s", resp.StatusCode, body)
	}
	if o, c := r.books.one(t); c.Cost != 0 || o.Price != "" || c.Tokens.In() != 100 {
		t.Errorf("%+v %+v", o, c)
	}
}

func TestALimitThatCannotBeReadRefuses(t *testing.T) {
	for name, p := range places {
		t.Run(name, func(t *testing.T) {
			r := pricedRig(t, answers(200, used))
			p.set(r, `{"type":"love","credit_limit":1}`, "")
			if resp, body := r.chat(bounded, team...); resp.StatusCode != 500 || strings.Contains(body, "love") {
				t.Errorf("%d %s", resp.StatusCode, body)
			}
			r.books.none(t)
		})
	}
}
