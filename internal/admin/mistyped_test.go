package admin

import (
	"encoding/json"
	"testing"
	"time"

	claviger "github.com/claviger/claviger"
)

func TestAMistypedFieldOfALimitIsRefused(t *testing.T) {
	now := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	budget := func(fields string) *problems {
		p := startWith(nil)
		p.usageLimits("usage_limits", json.RawMessage(`[{"credit_limit":5,`+fields+`}]`), nil, inArray, now)
		return p
	}
	rate := func(fields string) *problems {
		p := startWith(nil)
		p.rateLimits("rate_limits", json.RawMessage(`[{"type":"requests","unit":"rpm","value":1,`+fields+`}]`), nil, 9)
		return p
	}
	policy := func(name string) *problems {
		p := startWith(nil)
		in := PolicyInput{Names: []string{"credit_limit", name}}
		in.apply(&claviger.Policy{Kind: claviger.UsagePolicy, Conditions: json.RawMessage(`[]`), Limit: json.RawMessage(`{"type":"cost","credit_limit":5}`)}, p, now)
		return p
	}
	for name, tt := range map[string]struct {
		said *problems
		path string // "": it is not refused
	}{
		"a letter missing":            {budget(`"enforcment":"strict"`), "usage_limits[0].enforcment"},
		"another case":                {budget(`"Enforcement":"strict"`), "usage_limits[0].Enforcement"},
		"a short name in other case":  {budget(`"TYPE":"tokens"`), "usage_limits[0].TYPE"},
		"camel case":                  {budget(`"periodicReset":"weekly"`), "usage_limits[0].periodicReset"},
		"a name of its own":           {budget(`"note":"strict"`), ""},
		"what is shown":               {budget(`"current_usage":1,"status":"active","last_reset_at":null,"usage":{}`), ""},
		"nothing under that name":     {budget(`"enforcment":null`), ""},
		"an empty text":               {budget(`"enforcment": "" `), ""},
		"a rate's letter too many":    {rate(`"enforcementt":"strict"`), "rate_limits[0].enforcementt"},
		"a rate's case":               {rate(`"Value":2`), "rate_limits[0].Value"},
		"a budget's name in a rate":   {rate(`"credit_limit":2`), ""},
		"a policy's letters mixed up": {policy("enforcemnet"), "enforcemnet"},
		"a policy's case":             {policy("Enforcement"), "Enforcement"},
		"a policy's own":              {policy("enforcement"), ""},
	} {
		t.Run(name, func(t *testing.T) {
			got := ""
			if len(tt.said.more) > 0 {
				got = tt.said.more[0].Path
			}
			if got != tt.path || len(tt.said.more) > 1 {
				t.Errorf("%+v", tt.said.more)
			}
		})
	}
}
