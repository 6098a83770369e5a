package adminapi

import (
	"strings"
	"testing"
)

// Whatever is a field of a policy, in requests or in answers, may be sent.
func TestNoFieldOfAPolicyIsTakenForAnother(t *testing.T) {
	w := newWorld(t)
	for kind, limit := range map[string]string{
		"usage-limits": `"credit_limit":5,"type":"cost"}`, "rate-limits": `"value":5,"unit":"rpm","type":"requests"}`,
	} {
		id := w.policy(kind, `"conditions":[{"key":"model","value":"*"}],"group_by":[{"key":"api_key"}],`+limit)
		path := "/policies/" + kind + "/" + id
		w.must(orgAdmin, "PUT", path, w.do(orgAdmin, "GET", path, "").text)
		for _, name := range []string{"enforcment", "Enforcement"} {
			got := w.do(orgAdmin, "PUT", path, `{"`+name+`":"strict"}`)
			if got.status != 400 || !strings.Contains(got.text, `"path":"`+name+`"`) || !strings.Contains(got.text, "did you mean enforcement?") {
				t.Errorf("%s: %d %s", path, got.status, got.text)
			}
		}
	}
}
