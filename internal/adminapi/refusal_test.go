package adminapi

import (
	"fmt"
	"strings"
	"testing"
)

func TestAttemptsAreInTheAuditLogWhateverTheyAreAnswered(t *testing.T) {
	w := newWorld(t)
	w.plant("sk-original-key-1")
	w.must(workspace, "POST", "/integrations", `{"name":"L","slug":"local","ai_provider_id":"openai","key":"sk-original-key-1"}`)
	w.must(orgAdmin, "POST", "/integrations", `{"name":"O","slug":"own","ai_provider_id":"openai","key":"k12345678"}`)
	second := w.must(orgAdmin, "POST", "/admin/workspaces", `{"name":"Second"}`)["slug"].(string)
	w.must(orgAdmin, "POST", "/secret-references", strings.TrimSuffix(reference("closed"), "}")+`,"allowed_workspaces":["`+second+`"]}`)
	count := func() (attempts float64) {
		if err := w.refusals.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, r := range w.records(orgAdmin, "") {
			if r["response_status_code"] == 400.0 {
				attempts += r["attempts"].(float64)
			}
		}
		return attempts
	}
	const to = `{"configurations":{"custom_host":"%s"}}`
	tests := map[string]struct {
		actor, method, path, body string
		attempt                   bool
	}{
		"a stored key to another host":       {workspace, "PUT", "/integrations/local", fmt.Sprintf(to, "https://two.example.com/v1"), true},
		"a model at another host":            {workspace, "PUT", "/integrations/local/models", `{"models":[{"slug":"m","enabled":true,"is_custom":true,"configurations":{"custom_host":"https://two.example.com/v1"}}]}`, true},
		"a metadata service":                 {orgAdmin, "PUT", "/integrations/own", fmt.Sprintf(to, "http://169.254.169.254/latest"), true},
		"a model at a metadata service":      {orgAdmin, "PUT", "/integrations/own/models", `{"models":[{"slug":"m","enabled":true,"is_custom":true,"configurations":{"custom_host":"http://169.254.169.254/"}}]}`, true},
		"a private host of a workspace":      {workspace, "PUT", "/integrations/local", fmt.Sprintf(to, "http://10.0.0.1/v1"), true},
		"a secret reference that is not":     {orgAdmin, "PUT", "/integrations/own", `{"secret_mappings":[{"target_field":"key","secret_reference_id":"none"}]}`, true},
		"a secret reference closed to it":    {workspace, "PUT", "/integrations/local", `{"secret_mappings":[{"target_field":"key","secret_reference_id":"closed"}]}`, true},
		"a grant to a workspace that is not": {orgAdmin, "PUT", "/integrations/own/workspaces", `{"workspaces":[{"id":"none","enabled":true}]}`, true},
		"an integration it was not granted":  {workspace, "POST", "/providers", `{"name":"P","integration_id":"own"}`, true},
		"no host at all":                     {workspace, "PUT", "/integrations/local", fmt.Sprintf(to, "two"), false},
		"a name of the wrong type":           {workspace, "PUT", "/integrations/local", `{"name":7}`, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := w.in(t)
			before := count()
			for range 3 {
				if got := w.do(tt.actor, tt.method, tt.path, tt.body); got.status != 400 {
					t.Fatalf("%d %s", got.status, got.text)
				}
			}
			want := before
			if tt.attempt {
				want += 3
			}
			if got := count(); got != want {
				t.Errorf("%v attempts are told of after %v", got, before)
			}
		})
	}
}
