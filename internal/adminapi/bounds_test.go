package adminapi

import (
	"fmt"
	"strings"
	"testing"
)

// fields is an object with n fields that no operation knows.
func fields(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `,"f%d":"v"`, i)
	}
	return "{" + b.String()[1:] + "}"
}

// times is n elements of a list.
func times(n int, element string) string {
	return strings.TrimSuffix(strings.Repeat(element+",", n), ",")
}

func TestTheWorkForABodyGrowsWithItsSizeAndNoFaster(t *testing.T) {
	w := newWorld(t)
	for name, body := range map[string]func(n int) string{
		"unknown fields at the top":      fields,
		"unknown fields in lists":        func(n int) string { return `{"secret_mappings":[` + times(n, `{"zz":1}`) + `]}` },
		"elements of the wrong type":     func(n int) string { return `{"secret_mappings":[` + times(n, `7`) + `]}` },
		"fields of the wrong type":       func(n int) string { return `{"secret_mappings":[` + times(n, `{"target_field":7}`) + `]}` },
		"lists in lists":                 func(n int) string { return `{"secret_mappings":[` + times(n, `[[]]`) + `]}` },
		"depth in a field of any form":   func(n int) string { return `{"zz":` + strings.Repeat("[", n) + strings.Repeat("]", n) + `}` },
		"fields of an account's setting": func(n int) string { return `{"configurations":` + fields(n) + `}` },
	} {
		t.Run(name, func(t *testing.T) {
			w := w.in(t)
			allocations := func(n int) float64 {
				sent := body(n)
				return testing.AllocsPerRun(3, func() { w.do(orgAdmin, "PUT", "/integrations/none", sent) })
			}
			few, many := allocations(200), allocations(800)
			if many > 5*few {
				t.Errorf("%.0f allocations for 200, %.0f for 800", few, many)
			}
		})
	}
}

func TestBodiesBeyondAnyUseAreRefusedBeforeTheyAreLookedAt(t *testing.T) {
	w := newWorld(t)
	tests := map[string]struct {
		body string
		says string // "" for a 404: the body is no trouble
	}{
		"as many fields as are let pass": {fields(maxMembers), ""},
		"one more":                       {fields(maxMembers + 1), "holds an object with more than 1000 fields"},
		"one more, further in":           {`{"secret_mappings":[{"x":` + fields(maxMembers+1) + `}]}`, "holds an object with more than 1000 fields"},
		"as many values as are let pass": {`{"x":[` + times(maxValues-2, "1") + `]}`, ""},
		"one more value":                 {`{"x":[` + times(maxValues-1, "1") + `]}`, "holds more than 100000 values"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := w.in(t).do(orgAdmin, "PUT", "/integrations/none", tt.body)
			switch {
			case tt.says == "" && got.status != 404:
				t.Errorf("%d %.300s", got.status, got.text)
			case tt.says != "" && (got.status != 400 || !strings.Contains(got.text, tt.says) || got.header.Get(ignoredHeader) != ""):
				t.Errorf("%d %.300s", got.status, got.text)
			}
		})
	}
}
