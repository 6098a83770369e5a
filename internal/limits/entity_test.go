package limits_test

import (
	"encoding/json"
	"testing"
	"time"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/limits"
)

func TestRulesOfAKey(t *testing.T) {
	created, reset, limited := utc("2026-01-15 10:30:00"), utc("2026-03-05 08:00:00"), utc("2026-02-03 09:00:00")
	key := func(usage, rates string) *claviger.APIKey {
		return &claviger.APIKey{
			ID: "k", OrganisationID: "o", Name: "ci", CreatedAt: created, ResetAt: reset, LimitedAt: limited,
			UsageLimits: json.RawMessage(usage), RateLimits: json.RawMessage(rates),
		}
	}
	type want struct {
		measure claviger.Measure
		cadence string
		value   int64
		anchor  string
		strict  bool
	}
	tests := map[string]struct {
		usage, rates string
		want         []want
	}{
		"nothing stored":                        {"", "", nil},
		"nulls":                                 {"null", "null", nil},
		"a budget of dollars, as it is":         {`{"credit_limit":12.5}`, "", []want{{"cost", "none", 12_500_000_000, "", false}}},
		"a budget in an array":                  {`[{"type":"cost","credit_limit":3,"periodic_reset":"monthly"}]`, "", []want{{"cost", "monthly", 3_000_000_000, "", false}}},
		"a budget of tokens":                    {`{"type":"tokens","credit_limit":5000,"periodic_reset":"weekly"}`, "", []want{{"tokens", "weekly", 5000, "", false}}},
		"a strict one":                          {`{"credit_limit":1,"enforcement":"strict"}`, "", []want{{"cost", "none", 1_000_000_000, "", true}}},
		"nulls inside":                          {`{"type":null,"credit_limit":1,"periodic_reset":null,"periodic_reset_days":null,"next_usage_reset_at":null,"enforcement":null}`, "", []want{{"cost", "none", 1_000_000_000, "", false}}},
		"an empty cadence is none":              {`{"credit_limit":1,"periodic_reset":"","next_usage_reset_at":""}`, "", []want{{"cost", "none", 1_000_000_000, "", false}}},
		"days from the day it was limited":      {`{"credit_limit":1,"periodic_reset_days":30}`, "", []want{{"cost", "30d", 1_000_000_000, "2026-02-03 00:00:00", false}}},
		"days from the next reset":              {`{"credit_limit":1,"periodic_reset_days":30,"next_usage_reset_at":"2026-04-02T23:30:00+05:00"}`, "", []want{{"cost", "30d", 1_000_000_000, "2026-04-02 00:00:00", false}}},
		"a zone can move the day":               {`{"credit_limit":1,"next_usage_reset_at":"2026-04-02T03:30:00+05:00"}`, "", []want{{"cost", "none", 1_000_000_000, "2026-04-01 00:00:00", false}}},
		"a reset without a zone":                {`{"credit_limit":1,"next_usage_reset_at":"2026-04-02T03:30:00"}`, "", []want{{"cost", "none", 1_000_000_000, "2026-04-02 00:00:00", false}}},
		"a reset on a date":                     {`{"credit_limit":1,"periodic_reset":"monthly","next_usage_reset_at":"2026-04-02"}`, "", []want{{"cost", "monthly", 1_000_000_000, "2026-04-02 00:00:00", false}}},
		"a threshold alone bounds nothing":      {`{"alert_threshold":5}`, "", nil},
		"rates follow the budget":               {`{"credit_limit":1}`, `[{"type":"requests","unit":"rpm","value":60},{"type":"tokens","unit":"rpw","value":0}]`, []want{{"cost", "none", 1_000_000_000, "", false}, {"requests", "rpm", 60, "", false}, {"tokens", "rpw", 0, "", false}}},
		"a strict rate":                         {"", `[{"type":"tokens","unit":"rpm","value":60,"enforcement":"strict"},{"type":"requests","unit":"rpm","value":6,"enforcement":null}]`, []want{{"tokens", "rpm", 60, "", true}, {"requests", "rpm", 6, "", false}}},
		"one of requests is not strict":         {`{"type":"requests","credit_limit":9,"enforcement":"strict"}`, `[{"type":"requests","unit":"rpm","value":6,"enforcement":"strict"}]`, []want{{"requests", "none", 9, "", false}, {"requests", "rpm", 6, "", false}}},
		"of two rates on one counter the lower": {"", `[{"type":"requests","unit":"rps","value":60},{"type":"requests","unit":"rps","value":6}]`, []want{{"requests", "rps", 6, "", false}}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			rules, err := limits.OfKey(key(tt.usage, tt.rates))
			if err != nil {
				t.Fatal(err)
			}
			if len(rules) != len(tt.want) {
				t.Fatalf("%d rules", len(rules))
			}
			for i, w := range tt.want {
				r := rules[i]
				since, week := reset, time.Sunday
				if r.Rate() {
					since, week = time.Time{}, time.Monday
				}
				var anchor time.Time
				if w.anchor != "" {
					anchor = utc(w.anchor)
				}
				counter := claviger.Counter{Kind: claviger.CountAPIKey, ID: "k", Measure: w.measure, Cadence: w.cadence}
				if r.OrganisationID != "o" || r.Name != "ci" || r.Counter != counter || r.Value != w.value || r.Strict != w.strict {
					t.Errorf("rule %d is %+v, %d, strict %v", i, r.Counter, r.Value, r.Strict)
				}
				if !r.Since.Equal(since) || r.Window.Week != week || !r.Window.Anchor.Equal(anchor) {
					t.Errorf("rule %d counts since %v, in %+v", i, r.Since, r.Window)
				}
			}
		})
	}
	refused := map[string]struct{ usage, rates string }{
		"a budget that is no JSON":    {`{"credit_limit":`, ""},
		"a budget that is a text":     {`"5"`, ""},
		"a negative budget":           {`{"credit_limit":-1}`, ""},
		"a budget beyond 63 bits":     {`{"credit_limit":1e10}`, ""},
		"an unknown measure":          {`{"type":"seconds","credit_limit":5}`, ""},
		"an unknown cadence":          {`{"credit_limit":5,"periodic_reset":"daily"}`, ""},
		"no days":                     {`{"credit_limit":5,"periodic_reset_days":0}`, ""},
		"days beyond a year":          {`{"credit_limit":5,"periodic_reset_days":366}`, ""},
		"both cadences":               {`{"credit_limit":5,"periodic_reset":"weekly","periodic_reset_days":3}`, ""},
		"a reset that is no time":     {`{"credit_limit":5,"next_usage_reset_at":"soon"}`, ""},
		"an unknown enforcement":      {`{"credit_limit":5,"enforcement":"lax"}`, ""},
		"rates that are an object":    {"", `{"type":"requests","unit":"rpm","value":1}`},
		"a rate of cost":              {"", `[{"type":"cost","unit":"rpm","value":1}]`},
		"a rate of an unknown unit":   {"", `[{"type":"requests","unit":"tpd","value":1}]`},
		"a rate of a budget's window": {"", `[{"type":"requests","unit":"monthly","value":1}]`},
		"a rate enforced otherwise":   {"", `[{"type":"tokens","unit":"rpm","value":1,"enforcement":"lax"}]`},
		"a rate without a value":      {"", `[{"type":"requests","unit":"rpm"}]`},
	}
	for name, tt := range refused {
		t.Run(name+" is an error", func(t *testing.T) {
			if rules, err := limits.OfKey(key(tt.usage, tt.rates)); err == nil {
				t.Errorf("made %d rules", len(rules))
			}
		})
	}
}

func TestRulesCountOnTheirEntity(t *testing.T) {
	rates := json.RawMessage(`[{"type":"requests","unit":"rpm","value":1}]`)
	workspace, err1 := limits.OfWorkspace(&claviger.Workspace{ID: "w", Slug: "ws-a", RateLimits: rates})
	grant, err2 := limits.OfGrant(&claviger.Grant{IntegrationID: "i", WorkspaceID: "w", RateLimits: rates}, "openai-prod")
	provider, err3 := limits.OfProvider(&claviger.Provider{ID: "p", Slug: "openai-a", RateLimits: rates})
	if err1 != nil || err2 != nil || err3 != nil {
		t.Fatal(err1, err2, err3)
	}
	want := map[*limits.Rule][3]string{
		workspace[0]: {"workspace", "w", "ws-a"}, grant[0]: {"integration", "i/w", "openai-prod"}, provider[0]: {"provider", "p", "openai-a"},
	}
	for r, w := range want {
		if got := [3]string{string(r.Counter.Kind), r.Counter.ID, r.Name}; got != w {
			t.Errorf("got %v, want %v", got, w)
		}
	}
}

func TestABudgetCountsFromTheLaterOfAResetAndItsBeginning(t *testing.T) {
	early, late := utc("2026-02-03 09:00:00"), utc("2026-03-05 08:00:00")
	for name, tt := range map[string]struct{ reset, limited, want time.Time }{
		"reset after it was set":   {late, early, late},
		"set after a reset":        {early, late, late},
		"set and never reset":      {late, late, late},
		"neither":                  {},
		"reset, and never limited": {reset: late, want: late},
	} {
		t.Run(name, func(t *testing.T) {
			rules, err := limits.OfKey(&claviger.APIKey{ID: "k", OrganisationID: "o", ResetAt: tt.reset, LimitedAt: tt.limited,
				UsageLimits: json.RawMessage(`{"credit_limit":1}`)})
			if err != nil || len(rules) != 1 || !rules[0].Since.Equal(tt.want) {
				t.Errorf("%v, %v", rules, err)
			}
		})
	}
}
