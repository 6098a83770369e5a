package admin

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// drawTime draws a time within a few years, leap days and the ends of months
// among them.
func drawTime(t *rapid.T, name string) time.Time {
	return time.Date(2028, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(rapid.Int64Range(0, 3*366*24*60).Draw(t, name)) * time.Minute)
}

// drawLimit draws a usage limit as a request has it.
func drawLimit(t *rapid.T, now time.Time) json.RawMessage {
	text := `{"type":"cost","credit_limit":10`
	cadence := rapid.SampledFrom([]string{"", `,"periodic_reset":"weekly"`, `,"periodic_reset":"monthly"`, `,"periodic_reset_days":1`,
		`,"periodic_reset_days":30`, `,"periodic_reset_days":365`}).Draw(t, "cadence")
	text += cadence
	if rapid.Bool().Draw(t, "given") {
		first := -400
		if cadence == "" { // it is the only end, and has to come
			first = 1
		}
		at := now.AddDate(0, 0, rapid.IntRange(first, 400).Draw(t, "day"))
		zone := time.FixedZone("", rapid.IntRange(-12, 14).Draw(t, "zone")*3600)
		text += fmt.Sprintf(`,"next_usage_reset_at":%q`, at.In(zone).Format(time.RFC3339))
	}
	return json.RawMessage(text + "}")
}

// Whatever is stored, sending it back as it is shown, or without the time of the
// reset, moves no window and counts nothing anew.
func TestALimitThatIsSentAgainStaysAsItIs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.SampledFrom([]shape{asObject, inPolicy}).Draw(t, "shape")
		now := drawTime(t, "now")
		var p problems
		stored := p.usageLimits("u", drawLimit(t, now), nil, s, now)
		later := now.Add(time.Duration(rapid.Int64Range(0, 500*24).Draw(t, "hours")) * time.Hour)
		window := usageOf(stored).window(s.week)
		sent := shown(stored, func(ms []member) []member { return withNext(ms, window.Next(later)) })
		if rapid.Bool().Draw(t, "without") {
			sent = shown(sent, func(ms []member) []member {
				return slices.DeleteFunc(ms, func(m member) bool { return m.name == nextReset })
			})
		}
		again := p.usageLimits("u", sent, stored, s, later)
		if !p.empty() {
			t.Fatalf("problems: %v", p.more)
		}
		if got := usageOf(again).window(s.week); got != window {
			t.Fatalf("%s became %s by %s", stored, again, sent)
		}
		reset, limited := now, now
		counting{&reset, &limited}.since(stored, again, s, later)
		if !reset.Equal(now) || !limited.Equal(now) {
			t.Fatalf("%s counts anew since %v", again, reset)
		}
		for _, at := range []time.Time{later, drawTime(t, "at")} {
			if next := window.Next(at); !next.IsZero() && (!next.After(at) || !next.Equal(midnight(next))) {
				t.Fatalf("%s starts again at %v, after %v", stored, next, at)
			}
		}
	})
}

// Who does not know of strict limits does not loosen them.
func TestTheEnforcementOfALimitStays(t *testing.T) {
	const strict = `{"credit_limit":10,"enforcement":"strict"}`
	for name, tt := range map[string]struct {
		old, in, want string
		shape         shape
	}{
		"left out":               {strict, `{"credit_limit":20}`, `{"credit_limit":20,"enforcement":"strict"}`, asObject},
		"left out, in an array":  {"[" + strict + "]", `[{"type":"cost","credit_limit":20}]`, `[{"type":"cost","credit_limit":20,"enforcement":"strict"}]`, inArray},
		"null":                   {strict, `{"credit_limit":20,"enforcement":null}`, `{"credit_limit":20,"enforcement":null}`, asObject},
		"left out after null":    {`{"credit_limit":10,"enforcement":null}`, `{"credit_limit":20}`, `{"credit_limit":20}`, asObject},
		"of another type":        {strict, `{"type":"tokens","credit_limit":200}`, `{"type":"tokens","credit_limit":200}`, asObject},
		"where there was none":   {``, `{"credit_limit":20}`, `{"credit_limit":20}`, asObject},
		"a limit that is lifted": {strict, `{"credit_limit":null}`, ``, asObject},
	} {
		t.Run(name, func(t *testing.T) {
			var p problems
			if got := p.usageLimits("u", json.RawMessage(tt.in), json.RawMessage(tt.old), tt.shape, limitNow); !p.empty() || string(got) != tt.want {
				t.Errorf("stored %s, want %s; %v", got, tt.want, p.more)
			}
		})
	}
}

// Nor those of strict rates, each found by its type and unit.
func TestTheEnforcementOfRatesStays(t *testing.T) {
	const strict = `[{"type":"tokens","unit":"rpm","value":9,"enforcement":"strict"},{"type":"requests","unit":"rpm","value":9},{"type":"tokens","unit":"rpd","value":90,"enforcement":null}]`
	for name, tt := range map[string]struct{ old, in, want string }{
		"left out":                   {strict, `[{"type":"tokens","unit":"rpm","value":20}]`, `[{"type":"tokens","unit":"rpm","value":20,"enforcement":"strict"}]`},
		"left out, in another place": {strict, `[{"type":"requests","unit":"rpm","value":1},{"unit":"rpm","value":20,"type":"tokens"}]`, `[{"type":"requests","unit":"rpm","value":1},{"unit":"rpm","value":20,"type":"tokens","enforcement":"strict"}]`},
		"null":                       {strict, `[{"type":"tokens","unit":"rpm","value":20,"enforcement":null}]`, `[{"type":"tokens","unit":"rpm","value":20,"enforcement":null}]`},
		"of another unit":            {strict, `[{"type":"tokens","unit":"rph","value":20}]`, `[{"type":"tokens","unit":"rph","value":20}]`},
		"of another type":            {`[{"type":"tokens","unit":"rpm","value":9,"enforcement":"strict"}]`, `[{"type":"requests","unit":"rpm","value":20}]`, `[{"type":"requests","unit":"rpm","value":20}]`},
		"left out after null":        {strict, `[{"type":"tokens","unit":"rpd","value":20}]`, `[{"type":"tokens","unit":"rpd","value":20}]`},
		"said now":                   {strict, `[{"type":"requests","unit":"rpm","value":20,"enforcement":"strict"}]`, `[{"type":"requests","unit":"rpm","value":20,"enforcement":"strict"}]`},
		"where there was none":       {``, `[{"type":"tokens","unit":"rpm","value":20}]`, `[{"type":"tokens","unit":"rpm","value":20}]`},
		"rates that are lifted":      {strict, `[]`, ``},
	} {
		t.Run(name, func(t *testing.T) {
			var p problems
			if got := p.rateLimits("r", json.RawMessage(tt.in), json.RawMessage(tt.old), 5); !p.empty() || string(got) != tt.want {
				t.Errorf("stored %s, want %s; %v", got, tt.want, p.more)
			}
		})
	}
}

// A limit whose only reset came since can still be changed.
func TestAResetThatCameMayStay(t *testing.T) {
	const old = `{"credit_limit":10,"next_usage_reset_at":"2030-05-01T00:00:00.000Z"}`
	for in, path := range map[string][]string{
		`{"credit_limit":20,"next_usage_reset_at":"2030-05-01T00:00:00Z"}`: nil,
		`{"credit_limit":20}`: nil,
		`{"credit_limit":20,"next_usage_reset_at":"2030-05-02T00:00:00Z"}`: {"u.next_usage_reset_at"},
	} {
		var p problems
		p.usageLimits("u", json.RawMessage(in), json.RawMessage(old), asObject, limitNow)
		checkPaths(t, p, path)
	}
}

// What took the place of a limit of another kind counts from then on; what moved
// its windows keeps what the window before counted.
func TestSinceWhenALimitCounts(t *testing.T) {
	made, now := time.Date(2030, 3, 2, 0, 0, 0, 0, time.UTC), limitNow
	month := time.Date(2030, 5, 1, 0, 0, 0, 0, time.UTC)
	tests := map[string]struct {
		old, limit     string
		reset, limited time.Time
	}{
		"the first limit":             {``, `{"credit_limit":10}`, now, now},
		"after one of tokens":         {`{"type":"tokens","credit_limit":100}`, `{"credit_limit":10}`, now, now},
		"after one of another month":  {`{"credit_limit":10,"periodic_reset":"monthly"}`, `{"credit_limit":10,"periodic_reset":"weekly"}`, now, now},
		"after one that bound none":   {`{"type":"cost","periodic_reset":"weekly"}`, `{"credit_limit":10,"periodic_reset":"weekly"}`, now, now},
		"raised":                      {`{"credit_limit":10,"periodic_reset":"monthly"}`, `{"credit_limit":20,"periodic_reset":"monthly"}`, made, made},
		"none any more":               {`{"credit_limit":10}`, ``, made, made},
		"a month that ends later":     {`{"credit_limit":10,"periodic_reset":"monthly"}`, `{"credit_limit":10,"periodic_reset":"monthly","next_usage_reset_at":"2030-07-01"}`, month, made},
		"a month that ends as always": {`{"credit_limit":10,"periodic_reset":"monthly"}`, `{"credit_limit":10,"periodic_reset":"monthly","next_usage_reset_at":"2030-06-01"}`, made, made},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var p problems
			limit := p.usageLimits("u", json.RawMessage(tt.limit), json.RawMessage(tt.old), asObject, now)
			reset, limited := made, made
			counting{&reset, &limited}.since(json.RawMessage(tt.old), limit, asObject, now)
			if !p.empty() || !reset.Equal(tt.reset) || !limited.Equal(tt.limited) {
				t.Errorf("counts since %v, limited at %v, %v", reset, limited, p.more)
			}
		})
	}
}

func TestUnits(t *testing.T) {
	for want, got := range map[string]json.Number{
		"0": units("cost", 0), "1": units("cost", 1e9), "0.000000001": units("cost", 1), "-2.5": units("cost", -25e8),
		"9223372036.854775807": units("cost", 1<<63-1), "1500000000": units("tokens", 15e8),
	} {
		if string(got) != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
