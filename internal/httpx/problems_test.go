package httpx

import (
	"strings"
	"testing"

	claviger "github.com/claviger/claviger"
)

func TestProblemsAreShownInOrder(t *testing.T) {
	e := &claviger.Error{Code: claviger.Invalid, Message: "Invalid request", Problems: []claviger.Problem{
		{Path: "", Message: "there are more problems"}, {Path: "b", Message: "y"}, {Path: "b", Message: "x"}, {Path: "a", Message: "z"},
	}}
	_, body := Admin(e)
	const want = "Invalid request: a: z; b: x; b: y; : there are more problems"
	if body.Message != want || len(body.Problems) != 4 || body.Problems[0].Path != "a" {
		t.Errorf("%q, %v", body.Message, body.Problems)
	}
	if e.Problems[1].Path != "b" || e.Problems[0].Path != "" {
		t.Error("the error itself was changed")
	}
}

func TestNamesOfCallersAreShownInPart(t *testing.T) {
	long := strings.Repeat("é", 100) // two bytes each
	tests := map[string]struct{ path, want string }{
		"short":            {"configurations.custom_host", "configurations.custom_host"},
		"one long name":    {"configurations." + long, "configurations." + strings.Repeat("é", 32)},
		"cut in a letter":  {"x" + long, "x" + strings.Repeat("é", 31)},
		"several":          {long + "." + long, strings.Repeat("é", 32) + "." + strings.Repeat("é", 32)},
		"many in one path": {strings.Repeat("a.", 5000), strings.Repeat("a.", 256)},
	}
	for name, tt := range tests {
		if got := ShortPath(tt.path); got != tt.want {
			t.Errorf("%s: %q", name, got)
		}
	}
}
