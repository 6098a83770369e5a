package gateway_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/gateway"
	"github.com/claviger/claviger/internal/limits"
	"github.com/claviger/claviger/internal/secret"
	"github.com/claviger/claviger/internal/store"
	"github.com/claviger/claviger/internal/vault"
)

// counted is what the entries add to each counter.
func counted(t *testing.T, entries []claviger.Entry) map[string]int64 {
	t.Helper()
	sums := map[string]int64{}
	for _, e := range entries {
		charges, err := e.ChargesOf()
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range charges {
			sums[c.Counter.String()] += e.Amount(c.Counter.Measure)
		}
	}
	return sums
}

// agree checks that the counters of all rules that ever held something say what
// the entries say, and that nothing is held any more.
func (r *rig) agree(t *testing.T, rules []*limits.Rule, entries []claviger.Entry) map[string]int64 {
	t.Helper()
	sums := counted(t, entries)
	states, err := r.limiter.Usage(t.Context(), rules)
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for i, rule := range rules {
		name := rule.Counter.String()
		known[name] = true
		if states[i].Used != sums[name] || states[i].Reserved != 0 {
			t.Errorf("%s: used %d, reserved %d; the ledger has %d", name, states[i].Used, states[i].Reserved, sums[name])
		}
	}
	for name := range sums {
		if !known[name] {
			t.Errorf("the ledger counts on %s, which nothing was held of", name)
		}
	}
	return sums
}

// Whatever attempts a request makes and however it ends, the counters say what
// its entries say: each attempt counts on the integration, the provider and the
// policies, and the key and the workspace count one request and all its cost.
func TestCountersAgreeWithTheLedgerWhateverIsTriedAgain(t *testing.T) {
	ok := answers(200, used)
	for name, tt := range map[string]struct {
		host       []http.HandlerFunc
		during     func(r *rig) // between attempts
		attempts   int
		status     int
		cost       int64 // the least that is booked, in nano-dollars
		middleCost bool  // an attempt before the last is charged
	}{
		"an attempt that cost nothing, and a success":  {[]http.HandlerFunc{says(500), ok}, nil, 2, 200, usedCost, false},
		"several that cost nothing, and no success":    {[]http.HandlerFunc{says(500)}, nil, 3, 500, 0, false},
		"one that may have worked, and a success":      {[]http.HandlerFunc{breaks, ok}, nil, 2, 200, usedCost, true},
		"all that may have worked, and no success":     {[]http.HandlerFunc{breaks}, nil, 3, 502, 0, true},
		"free, charged, and a success":                 {[]http.HandlerFunc{says(503), breaks, ok}, nil, 3, 200, usedCost, true},
		"charged, free, and a success":                 {[]http.HandlerFunc{breaks, says(429), ok}, nil, 3, 200, usedCost, true},
		"an answer that breaks off at the end":         {[]http.HandlerFunc{says(500), cutAnswer}, nil, 2, 502, 0, false},
		"another key of the account in between":        {[]http.HandlerFunc{says(500), ok}, rotate, 2, 200, usedCost, false},
		"another limit in between":                     {[]http.HandlerFunc{says(500), ok}, relimit, 2, 200, usedCost, false},
		"another limit after one that may have worked": {[]http.HandlerFunc{breaks, ok}, relimit, 2, 200, usedCost, true},
		"a key that is revoked in between":             {[]http.HandlerFunc{says(500), ok}, revoke, 1, 401, 0, false},
		"one that is revoked after it cost something":  {[]http.HandlerFunc{breaks, ok}, revoke, 1, 401, 0, true},
	} {
		for _, strict := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, strict %v", name, strict), func(t *testing.T) {
				w := &waits{}
				ended := &watched{ended: make(chan struct{}, 100)}
				r := pricedRig(t, turns(tt.host...), w.of, func(o *gateway.Options) { ended.Limiter, o.Limits = o.Limits, ended })
				budget := `{"type":"cost","credit_limit":5}`
				if strict {
					budget = `{"type":"cost","credit_limit":5,"enforcement":"strict"}`
				}
				for _, p := range places {
					p.set(r, budget, `[{"type":"requests","unit":"rpd","value":100},{"type":"tokens","unit":"rpw","value":100000}]`)
				}
				key := r.keyID()
				if tt.during != nil {
					w.during = func(context.Context) { tt.during(r) }
				}
				resp, body := r.chat(bounded, append(retries(`{"attempts":2}`), team...)...)
				if resp.StatusCode != tt.status {
					t.Fatalf("%d %s", resp.StatusCode, body)
				}
				r.quiet(t)
				entries := r.books.attempts(t, tt.attempts)
				sums := r.agree(t, ended.rules(), entries)

				var cost int64
				for i, e := range entries {
					cost += e.Closing.Cost
					if i < len(entries)-1 && e.Closing.Cost > 0 && !tt.middleCost {
						t.Errorf("attempt %d is charged: %+v", i+1, e.Closing)
					}
				}
				if cost < tt.cost || tt.middleCost && cost <= tt.cost {
					t.Errorf("the attempts cost %d, want at least %d", cost, tt.cost)
				}
				for counter, want := range map[claviger.Counter]int64{
					{Kind: claviger.CountAPIKey, ID: string(key), Measure: claviger.MeasureRequests, Cadence: "rpd"}:             1,
					{Kind: claviger.CountWorkspace, ID: string(r.ws.ID), Measure: claviger.MeasureRequests, Cadence: "rpd"}:      1,
					{Kind: claviger.CountProvider, ID: string(r.provider.ID), Measure: claviger.MeasureRequests, Cadence: "rpd"}: int64(tt.attempts),
					{Kind: claviger.CountAPIKey, ID: string(key), Measure: claviger.MeasureCost, Cadence: "none"}:                cost,
				} {
					if got := sums[counter.String()]; got != want {
						t.Errorf("%s: %d, want %d", counter, got, want)
					}
				}
			})
		}
	}
}

// quiet waits until no request runs.
func (r *rig) quiet(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if n := r.gw.Drain(ctx); n != 0 {
		t.Errorf("%d requests had to be cut", n)
	}
}

// attempts are the entries of all that was attempted, each closed.
func (r *rig) attempts() (entries []claviger.Entry) {
	r.books.mu.Lock()
	defer r.books.mu.Unlock()
	for i, o := range r.books.openings {
		entries = append(entries, claviger.Entry{Opening: o, Status: claviger.EntryClosed, Closing: r.books.closings[i]})
	}
	return entries
}

// rotate stores another credential.
func rotate(r *rig) {
	r.stored.KeyVersion++
	r.seal(vault.Credentials{Key: secret.New("sk-rotated-key-123456")})
	r.update(func(tx *store.Tx) error { return tx.UpdateIntegration(r.Context(), r.stored) })
	r.changed()
}

// relimit lowers what the key may spend.
func relimit(r *rig) {
	places["API Key"].set(r, `{"type":"cost","credit_limit":4}`, `[{"type":"requests","unit":"rpd","value":1},{"type":"tokens","unit":"rpw","value":90000}]`)
}

// revoke takes the key away.
func revoke(r *rig) {
	id := r.keyID()
	r.update(func(tx *store.Tx) error {
		k, err := tx.APIKey(r.Context(), r.org.ID, id)
		if err != nil {
			return err
		}
		return tx.ArchiveAPIKey(r.Context(), k)
	})
	r.keys.Invalidate(claviger.Change{OrganisationID: r.org.ID, Kind: claviger.APIKeyChanged, ID: string(id)})
}

func TestWhatChangedInBetweenHoldsForTheNextAttempt(t *testing.T) {
	for name, tt := range map[string]struct {
		during func(r *rig)
		status int
		says   string
		second string // the credential of the second attempt; empty: there is none
	}{
		"nothing":            {func(*rig) {}, 200, "", providerKey},
		"the credential":     {rotate, 200, "", "sk-rotated-key-123456"},
		"the key is revoked": {revoke, 401, "Invalid API Key", ""},
		"the provider is taken away": {func(r *rig) {
			r.update(func(tx *store.Tx) error {
				return tx.PutGrant(r.Context(), claviger.Grant{OrganisationID: r.org.ID, IntegrationID: r.stored.ID,
					WorkspaceID: r.ws.ID, CreatedAt: r.stored.CreatedAt, UpdatedAt: r.stored.UpdatedAt})
			})
			r.changed()
		}, 400, "Following keys are not valid: acc", ""},
		"the model is not allowed any more": {func(r *rig) {
			r.stored.AllowAllModels = false
			r.update(func(tx *store.Tx) error { return tx.UpdateIntegration(r.Context(), r.stored) })
			r.changed()
		}, 412, "not allowed", ""},
	} {
		t.Run(name, func(t *testing.T) {
			w := &waits{}
			var got []string
			note := func(next http.HandlerFunc) http.HandlerFunc {
				return func(w http.ResponseWriter, req *http.Request) {
					got = append(got, strings.TrimPrefix(req.Header.Get("Authorization"), "Bearer "))
					next(w, req)
				}
			}
			r := newRig(t, "openai", note(turns(says(500), answers(200, answer))), w.of)
			w.during = func(context.Context) { tt.during(r) }
			resp, body := r.chat(ask, retries(`{"attempts":2}`)...)
			if resp.StatusCode != tt.status || !strings.Contains(body, tt.says) {
				t.Errorf("%d %s", resp.StatusCode, body)
			}
			if tt.second == "" {
				if len(got) != 1 || resp.Header.Get("X-Portkey-Retry-Attempt-Count") != "-1" {
					t.Errorf("%d calls, count %s", len(got), resp.Header.Get("X-Portkey-Retry-Attempt-Count"))
				}
				r.books.attempts(t, 1)
				return
			}
			if len(got) != 2 || got[1] != tt.second {
				t.Errorf("the provider was called with %.6s…, %d times", got[len(got)-1], len(got))
			}
			r.books.attempts(t, 2)
		})
	}
}

func TestALimitThatIsReachedInBetweenEndsTheRetries(t *testing.T) {
	spend := func(r *rig) { // another request, while the first waits
		resp, body := r.chat(bounded, team...)
		if resp.StatusCode != 200 {
			r.Errorf("the other request: %d %s", resp.StatusCode, body)
		}
	}
	for name, tt := range map[string]struct {
		usage, rates string
		first        http.HandlerFunc
		spend        bool
		status       map[string]int // by place
	}{
		// The request has what it holds on its key and workspace; what it held of
		// the others it gave back.
		"a budget that another spends": {`{"type":"cost","credit_limit":0.0009}`, "", says(500), true,
			map[string]int{"API Key": 200, "Workspace": 200, "Integration": 412, "Virtual Key": 412, "Policy": 412}},
		"a budget that the attempt itself spent": {`{"type":"cost","credit_limit":0.0006}`, "", breaks, false,
			map[string]int{"API Key": 412, "Workspace": 412, "Integration": 412, "Virtual Key": 412, "Policy": 412}},
		"a rate of requests": {"", `[{"type":"requests","unit":"rpd","value":1}]`, says(500), false,
			map[string]int{"API Key": 200, "Workspace": 200, "Integration": 429, "Virtual Key": 429, "Policy": 429}},
		"a rate of requests, and a cost": {"", `[{"type":"requests","unit":"rpd","value":1}]`, breaks, false,
			map[string]int{"API Key": 200, "Workspace": 200, "Integration": 429, "Virtual Key": 429, "Policy": 429}},
	} {
		for place, status := range tt.status {
			t.Run(name+" on the "+place, func(t *testing.T) {
				w := &waits{}
				ended := &watched{ended: make(chan struct{}, 100)}
				r := pricedRig(t, turns(tt.first, answers(200, used)), w.of,
					func(o *gateway.Options) { ended.Limiter, o.Limits = o.Limits, ended })
				places[place].set(r, tt.usage, tt.rates)
				want := 1
				if tt.spend {
					w.during = func(context.Context) {
						w.during = nil
						spend(r)
					}
					want++
				}
				resp, body := r.chat(bounded, append(retries(`{"attempts":3}`), team...)...)
				if resp.StatusCode != status {
					t.Fatalf("%d %s", resp.StatusCode, body)
				}
				if status == 200 {
					want++
					if got := resp.Header.Get("x-ratelimit-remaining-requests"); tt.rates != "" && got != "0" {
						t.Errorf("%q requests are left, want 0", got)
					}
				} else if resp.Header.Get("X-Portkey-Retry-Attempt-Count") != "-1" || !strings.Contains(body, `"limit":{`) {
					t.Errorf("%v %s", resp.Header, body)
				}
				r.quiet(t)
				entries := r.attempts()
				if len(entries) != want {
					t.Errorf("%d attempts, want %d", len(entries), want)
				}
				r.agree(t, ended.rules(), entries)
			})
		}
	}
}

// Under a strict limit a retry reserves its own bound: what the attempts before
// it are booked at is not left for it.
func TestAStrictLimitIsNotPassedByRetries(t *testing.T) {
	r := pricedRig(t, turns(breaks, answers(200, used)), (&waits{}).of)
	// Room for two bounds, and not for three.
	probe := pricedRig(t, breaks)
	places["API Key"].set(probe, `{"type":"cost","credit_limit":1,"enforcement":"strict"}`, "")
	probe.chat(bounded)
	_, bound := probe.books.one(t)
	limit := fmt.Sprintf(`{"type":"cost","credit_limit":%s,"enforcement":"strict"}`, claviger.AppendDollars(nil, bound.Cost*5/2))
	places["API Key"].set(r, limit, "")
	r.host.Config.Handler = http.HandlerFunc(breaks)
	resp, body := r.chat(bounded, retries(`{"attempts":5}`)...)
	if resp.StatusCode != 412 || !strings.Contains(body, "API Key Usage Limit Exceeded") {
		t.Errorf("%d %s", resp.StatusCode, body)
	}
	var sum int64
	for _, e := range r.books.attempts(t, 2) {
		sum += e.Closing.Cost
	}
	if sum != 2*bound.Cost {
		t.Errorf("booked %d, want twice %d", sum, bound.Cost)
	}
}

// A request that waits holds nothing of the integration, the provider and the
// policies.
func TestAWaitHoldsNothingOfTheTarget(t *testing.T) {
	w := &waits{}
	ended := &watched{ended: make(chan struct{}, 100)}
	r := pricedRig(t, turns(says(500), answers(200, used)), w.of, func(o *gateway.Options) { ended.Limiter, o.Limits = o.Limits, ended })
	for _, p := range places {
		p.set(r, `{"type":"cost","credit_limit":5}`, "")
	}
	held := map[claviger.CounterKind]int64{}
	w.during = func(context.Context) {
		rules := ended.rules()
		states, err := r.limiter.Usage(t.Context(), rules)
		if err != nil {
			t.Error(err)
			return
		}
		for i, rule := range rules {
			held[rule.Counter.Kind] = states[i].Reserved
		}
	}
	if resp, body := r.chat(bounded, append(retries(`{"attempts":1}`), team...)...); resp.StatusCode != 200 {
		t.Fatalf("%d %s", resp.StatusCode, body)
	}
	for kind, n := range held {
		if own := kind == claviger.CountAPIKey || kind == claviger.CountWorkspace; own != (n > 0) {
			t.Errorf("%s: %d held during the wait", kind, n)
		}
	}
	if len(held) != 5 {
		t.Errorf("looked at %v", held)
	}
}
