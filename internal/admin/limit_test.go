package admin

import (
	"encoding/json"
	"testing"
	"time"

	claviger "github.com/claviger/claviger"
)

// limitNow is a Wednesday.
var limitNow = time.Date(2030, 5, 8, 7, 6, 5, 0, time.UTC)

func TestUsageLimitsAreStoredAsTheyWereSent(t *testing.T) {
	tests := map[string]struct {
		in    string
		shape shape
		want  string // stored; "" for none
		paths []string
	}{
		"no limit":                           {`null`, inArray, ``, nil},
		"an empty array clears":              {`[]`, inArray, ``, nil},
		"an empty object is a mistake":       {`{}`, asObject, ``, []string{"u.credit_limit"}},
		"an empty object in an array too":    {`[{}]`, inArray, ``, []string{"u[0].credit_limit"}},
		"a mistyped name alone":              {`{"credit_limt":7}`, asObject, ``, []string{"u.credit_limt", "u.credit_limit"}},
		"a mistyped name among others":       {`{"type":"cost","credit_limt":7}`, asObject, ``, []string{"u.credit_limt", "u.credit_limit"}},
		"an answer's field alone":            {`{"current_usage":7}`, asObject, ``, []string{"u.credit_limit"}},
		"the only reset is over":             {`{"credit_limit":10,"next_usage_reset_at":"2030-05-08T23:00:00Z"}`, asObject, ``, []string{"u.next_usage_reset_at"}},
		"the only reset is tomorrow":         {`{"credit_limit":10,"next_usage_reset_at":"2030-05-09T00:00:00Z"}`, asObject, `{"credit_limit":10,"next_usage_reset_at":"2030-05-09T00:00:00Z"}`, nil},
		"only nulls clear":                   {`{"credit_limit":null,"periodic_reset":null}`, asObject, ``, nil},
		"order and nulls stay":               {`{"type":"cost","credit_limit":10,"periodic_reset":null}`, asObject, `{"type":"cost","credit_limit":10,"periodic_reset":null}`, nil},
		"an empty cadence is none":           {`{"credit_limit":10,"periodic_reset":"","periodic_reset_days":7}`, asObject, `{"credit_limit":10,"periodic_reset":"","periodic_reset_days":7,"next_usage_reset_at":"2030-05-08T00:00:00.000Z"}`, nil},
		"whole numbers become integers":      {`[{"credit_limit":1.0e1}]`, inArray, `[{"credit_limit":10}]`, nil},
		"fractions of a dollar on keys":      {`{"credit_limit":10.25}`, asObject, `{"credit_limit":10.25}`, nil},
		"unknown and read-only fields go":    {`{"credit_limit":10,"current_usage":3.5,"x":1}`, asObject, `{"credit_limit":10}`, nil},
		"a strict one":                       {`{"credit_limit":100,"type":"tokens","enforcement":"strict"}`, asObject, `{"credit_limit":100,"type":"tokens","enforcement":"strict"}`, nil},
		"a week, whose end is no news":       {`{"credit_limit":10,"periodic_reset":"weekly"}`, asObject, `{"credit_limit":10,"periodic_reset":"weekly"}`, nil},
		"a first end, cut to midnight":       {`{"credit_limit":10,"periodic_reset_days":7,"next_usage_reset_at":"2030-01-01T22:00:00-05:00"}`, asObject, `{"credit_limit":10,"periodic_reset_days":7,"next_usage_reset_at":"2030-01-02T00:00:00.000Z"}`, nil},
		"a first end, as it was written":     {`{"credit_limit":10,"next_usage_reset_at":"2031-01-01T00:00:00Z"}`, asObject, `{"credit_limit":10,"next_usage_reset_at":"2031-01-01T00:00:00Z"}`, nil},
		"a policy that blocks":               {`{"type":"requests","credit_limit":0}`, inPolicy, `{"type":"requests","credit_limit":0}`, nil},
		"half a token":                       {`{"type":"tokens","credit_limit":100.5}`, asObject, ``, []string{"u.credit_limit"}},
		"a fraction of a count":              {`[{"credit_limit":10.5}]`, inArray, ``, []string{"u[0].credit_limit"}},
		"a negative limit":                   {`{"credit_limit":-1}`, asObject, ``, []string{"u.credit_limit"}},
		"a limit as text":                    {`{"credit_limit":"10"}`, asObject, ``, []string{"u.credit_limit"}},
		"more dollars than there are":        {`{"credit_limit":1e12}`, asObject, ``, []string{"u.credit_limit"}},
		"a threshold above":                  {`{"credit_limit":10,"alert_threshold":11}`, asObject, ``, []string{"u.alert_threshold"}},
		"both cadences":                      {`{"credit_limit":10,"periodic_reset":"weekly","periodic_reset_days":7}`, asObject, ``, []string{"u.periodic_reset_days"}},
		"a cadence of 366 days":              {`{"credit_limit":10,"periodic_reset_days":366}`, asObject, ``, []string{"u.periodic_reset_days"}},
		"no time":                            {`{"credit_limit":10,"next_usage_reset_at":"soon"}`, asObject, ``, []string{"u.next_usage_reset_at"}},
		"an array where an object must be":   {`[{"credit_limit":10}]`, asObject, ``, []string{"u"}},
		"an object where an array must be":   {`{"credit_limit":10}`, inArray, ``, []string{"u"}},
		"two where one may be":               {`[{"credit_limit":10},{"credit_limit":10}]`, inArray, ``, []string{"u"}},
		"an unknown type and no real number": {`{"type":"euros","credit_limit":0}`, asObject, ``, []string{"u.type", "u.credit_limit"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var p problems
			got := p.usageLimits("u", json.RawMessage(tt.in), nil, tt.shape, limitNow)
			checkPaths(t, p, tt.paths)
			if tt.paths == nil && string(got) != tt.want {
				t.Errorf("stored %s, want %s", got, tt.want)
			}
		})
	}
}

func TestRateLimits(t *testing.T) {
	tests := map[string]struct {
		in, want string
		paths    []string
	}{
		"none":                 {`[]`, ``, nil},
		"zero blocks":          {`[{"type":"requests","unit":"rpm","value":0}]`, `[{"type":"requests","unit":"rpm","value":0}]`, nil},
		"two, integers":        {`[{"value":1e2,"type":"tokens","unit":"rpw"},{"type":"requests","unit":"rps","value":1}]`, `[{"value":100,"type":"tokens","unit":"rpw"},{"type":"requests","unit":"rps","value":1}]`, nil},
		"a strict one":         {`[{"type":"tokens","unit":"rpm","value":9,"enforcement":"strict"}]`, `[{"type":"tokens","unit":"rpm","value":9,"enforcement":"strict"}]`, nil},
		"enforced otherwise":   {`[{"type":"tokens","unit":"rpm","value":9,"enforcement":"lax"}]`, ``, []string{"r[0].enforcement"}},
		"three where two may":  {`[{},{},{}]`, ``, []string{"r"}},
		"nothing said":         {`[{}]`, ``, []string{"r[0].type", "r[0].unit", "r[0].value"}},
		"everything wrong":     {`[{"type":"x","unit":"y","value":-1}]`, ``, []string{"r[0].type", "r[0].unit", "r[0].value"}},
		"a fraction":           {`[{"type":"requests","unit":"rpm","value":1.5}]`, ``, []string{"r[0].value"}},
		"more than can be":     {`[{"type":"requests","unit":"rpm","value":1e300}]`, ``, []string{"r[0].value"}},
		"no array":             {`{"type":"requests"}`, ``, []string{"r"}},
		"an array of no limit": {`[1]`, ``, []string{"r[0]"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var p problems
			got := p.rateLimits("r", json.RawMessage(tt.in), nil, 2)
			checkPaths(t, p, tt.paths)
			if tt.paths == nil && string(got) != tt.want {
				t.Errorf("stored %s, want %s", got, tt.want)
			}
		})
	}
}

func checkPaths(t *testing.T, p problems, want []string) {
	t.Helper()
	var got []string
	for _, m := range p.more {
		got = append(got, m.Path)
	}
	if len(got) != len(want) {
		t.Fatalf("problems at %v, want %v", p.more, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("problems at %v, want %v", got, want)
		}
	}
}

func TestProblemsFoundOnTheWireAreNotRepeated(t *testing.T) {
	p := startWith(claviger.Problems{{Path: "usage_limits[0].credit_limit", Message: "expected integer"}, {Path: "name", Message: "expected string"}})
	p.add("name", "is required")
	p.add("usage_limits", "must be an array")
	p.add("usage_limits[0].credit_limit", "must be a number")
	p.add("name_format", "is another field")
	if len(p.more) != 1 || p.more[0].Path != "name_format" {
		t.Errorf("added %v", p.more)
	}
}

func FuzzLimits(f *testing.F) {
	f.Add([]byte(`[{"credit_limit":1,"type":"cost"}]`))
	f.Add([]byte(`{"credit_limit":1e5,"\u0061":{}}`))
	f.Add([]byte(`[{"type":"requests","unit":"rpm","value":1}]`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if !json.Valid(raw) {
			return // the wire layer refuses it before
		}
		for _, s := range []shape{inArray, asObject} {
			var p problems
			if out := p.usageLimits("u", raw, nil, s, limitNow); p.empty() && out != nil {
				var again problems
				if twice := again.usageLimits("u", out, out, s, limitNow); !again.empty() || string(twice) != string(out) {
					t.Errorf("what was stored is not stored again: %s", out)
				}
			}
		}
		var p problems
		if out := p.rateLimits("r", raw, nil, 5); p.empty() && out != nil {
			var again problems
			if twice := again.rateLimits("r", out, out, 5); !again.empty() || string(twice) != string(out) {
				t.Errorf("what was stored is not stored again: %s", out)
			}
		}
		p.pricingAdjustments(raw)
	})
}
