package adminapi

import (
	"fmt"
	"strings"
	"testing"

	claviger "github.com/claviger/claviger"
)

// asked is what one operation is asked, about things of the first workspace,
// and what each kind of key gets: the workspace's own, another workspace's,
// another organisation's. {org} is an organisation-level integration the
// workspace may use, {local} one of its own, {key} one of its keys.
type asked struct {
	path, body                   string
	scope                        claviger.Scope // the one that is enough for an organisation key
	own, otherSpace, foreignHere int
}

var matrix = map[string]asked{
	"create-workspace":                  {"/admin/workspaces", `{"name":"New"}`, "workspaces.create", 403, 403, 200},
	"list-workspaces":                   {"/admin/workspaces", ``, "workspaces.list", 200, 200, 200},
	"get-workspace":                     {"/admin/workspaces/{ws}", ``, "workspaces.read", 200, 403, 403},
	"update-workspace":                  {"/admin/workspaces/{ws}", `{"description":"d"}`, "workspaces.update", 200, 403, 403},
	"delete-workspace":                  {"/admin/workspaces/{ws}", `{"name":"Default","force_delete":true}`, "workspaces.delete", 403, 403, 403},
	"create-api-key":                    {"/api-keys/workspace/service", `{"name":"n","workspace_id":"{ws}","scopes":[]}`, "workspace_service_api_keys.create", 200, 200, 403},
	"list-api-keys":                     {"/api-keys", ``, "workspace_service_api_keys.list", 200, 200, 200},
	"get-api-key":                       {"/api-keys/{key}", ``, "workspace_service_api_keys.read", 200, 404, 404},
	"update-api-key":                    {"/api-keys/{key}", `{"name":"m"}`, "workspace_service_api_keys.update", 200, 404, 404},
	"delete-api-key":                    {"/api-keys/{key}", ``, "workspace_service_api_keys.delete", 200, 404, 404},
	"rotate-api-key":                    {"/api-keys/{key}/rotate", ``, "workspace_service_api_keys.rotate", 200, 404, 404},
	"create-integration":                {"/integrations", `{"name":"n","ai_provider_id":"openai","key":"k12345678"}`, "organisation_integrations.create", 200, 200, 200},
	"list-integrations":                 {"/integrations", ``, "organisation_integrations.list", 200, 200, 200},
	"get-integration":                   {"/integrations/{org}", ``, "organisation_integrations.read", 200, 404, 404},
	"update-integration":                {"/integrations/{local}", `{"name":"m"}`, "workspace_integrations.update", 200, 404, 404},
	"delete-integration":                {"/integrations/{local}", ``, "workspace_integrations.delete", 200, 404, 404},
	"list-integration-workspaces":       {"/integrations/{org}/workspaces", ``, "organisation_integrations.read", 200, 404, 404},
	"update-integration-workspaces":     {"/integrations/{org}/workspaces", `{"workspaces":[{"id":"{ws}","enabled":true,"reset_usage":true}]}`, "organisation_integrations.update", 403, 404, 404},
	"list-integration-models":           {"/integrations/{org}/models", ``, "organisation_integrations.read", 200, 404, 404},
	"update-integration-models":         {"/integrations/{local}/models", `{"models":[{"slug":"gpt-4o","enabled":true}]}`, "workspace_integrations.update", 200, 404, 404},
	"delete-integration-models":         {"/integrations/{org}/models?slugs=mine", ``, "organisation_integrations.update", 403, 404, 404},
	"create-provider":                   {"/providers", `{"name":"n","integration_id":"{org}","workspace_id":"{ws}"}`, "providers.create", 200, 400, 403},
	"update-provider":                   {"/providers/{org}?workspace_id={ws}", `{"note":"m"}`, "providers.update", 200, 404, 403},
	"delete-provider":                   {"/providers/{org}?workspace_id={ws}", ``, "providers.delete", 200, 404, 403},
	"create-virtual-key":                {"/virtual-keys", `{"name":"n","provider":"openai","key":"k12345678","workspace_id":"{ws}"}`, "virtual_keys.create", 200, 200, 403},
	"update-virtual-key":                {"/virtual-keys/{org}?workspace_id={ws}", `{"note":"m"}`, "virtual_keys.update", 200, 404, 403},
	"delete-virtual-key":                {"/virtual-keys/{org}?workspace_id={ws}", ``, "virtual_keys.delete", 200, 404, 403},
	"list-providers":                    {"/providers?workspace_id={ws}", ``, "providers.list", 200, 200, 403},
	"get-provider":                      {"/providers/{org}?workspace_id={ws}", ``, "providers.read", 200, 404, 403},
	"list-virtual-keys":                 {"/virtual-keys?workspace_id={ws}", ``, "virtual_keys.list", 200, 200, 403},
	"get-virtual-key":                   {"/virtual-keys/{org}?workspace_id={ws}", ``, "virtual_keys.read", 200, 404, 403},
	"create-secret-reference":           {"/secret-references", `{"name":"n","manager_type":"aws_sm","auth_config":{"aws_auth_type":"serviceRole"},"secret_path":"p"}`, "secret_references.create", 403, 403, 200},
	"list-secret-references":            {"/secret-references", ``, "secret_references.list", 403, 403, 200},
	"get-secret-reference":              {"/secret-references/{ref}", ``, "secret_references.read", 403, 403, 404},
	"update-secret-reference":           {"/secret-references/{ref}", `{"name":"m"}`, "secret_references.update", 403, 403, 404},
	"delete-secret-reference":           {"/secret-references/{ref}", ``, "secret_references.delete", 403, 403, 404},
	"create-usage-limits-policy":        {"/policies/usage-limits", `{"workspace_id":"{ws}",` + aUsagePolicy, "policies.create", 200, 200, 403},
	"list-usage-limits-policies":        {"/policies/usage-limits?workspace_id={ws}", ``, "policies.list", 200, 200, 403},
	"get-usage-limits-policy":           {"/policies/usage-limits/{usage}", ``, "policies.read", 200, 404, 404},
	"update-usage-limits-policy":        {"/policies/usage-limits/{usage}", `{"credit_limit":7}`, "policies.update", 200, 404, 404},
	"delete-usage-limits-policy":        {"/policies/usage-limits/{usage}", ``, "policies.delete", 200, 404, 404},
	"list-usage-limits-policy-entities": {"/policies/usage-limits/{usage}/entities", ``, "policies.read", 200, 404, 404},
	"reset-usage-limits-policy-entity":  {"/policies/usage-limits/{usage}/entities/api_key:k/reset", ``, "policies.update", 200, 404, 404},
	"create-rate-limits-policy":         {"/policies/rate-limits", `{"workspace_id":"{ws}",` + aRatePolicy, "policies.create", 200, 200, 403},
	"list-rate-limits-policies":         {"/policies/rate-limits?workspace_id={ws}", ``, "policies.list", 200, 200, 403},
	"get-rate-limits-policy":            {"/policies/rate-limits/{rate}", ``, "policies.read", 200, 404, 404},
	"update-rate-limits-policy":         {"/policies/rate-limits/{rate}", `{"value":7}`, "policies.update", 200, 404, 404},
	"delete-rate-limits-policy":         {"/policies/rate-limits/{rate}", ``, "policies.delete", 200, 404, 404},
	"list-audit-logs":                   {"/audit-logs?start_time=2030-01-01T00:00:00Z&end_time=2031-01-01", ``, "audit_logs.list", 403, 403, 200},
	"list-usage-entries":                {"/usage/entries?workspace_id={ws}", ``, "logs.list", 200, 200, 403},
	"sum-usage":                         {"/usage?workspace_id={ws}", ``, "logs.list", 200, 200, 403},
}

func quoted(scopes []claviger.Scope) string {
	var list []string
	for _, s := range scopes {
		list = append(list, `"`+string(s)+`"`)
	}
	return strings.Join(list, ",")
}

func TestWhoMayDoWhat(t *testing.T) {
	if testing.Short() {
		t.Skip("one thing after another: nothing to race, and slow under the race detector")
	}
	th := newTheatre(t)
	for _, op := range th.w.api.operations {
		a, ok := matrix[op.ID]
		if !ok {
			t.Errorf("%s is not in the matrix", op.ID)
			continue
		}
		t.Run(op.ID, func(t *testing.T) {
			w, fill := th.stage(t)
			path, body := fill.Replace(a.path), fill.Replace(a.body)
			all := claviger.AllScopes(claviger.OrganisationKey, claviger.ServiceKey)
			var others []claviger.Scope
			for _, s := range all {
				if !strings.Contains(fmt.Sprint(op.Scopes), string(s)) {
					others = append(others, s)
				}
			}
			w.key("without "+op.ID, "organisation/service", `{"name":"w","scopes":[`+quoted(others)+`]}`)
			w.key("with "+op.ID, "organisation/service", `{"name":"w","scopes":["`+string(a.scope)+`"]}`)
			for _, try := range []struct {
				actor  string
				status int
			}{
				{nobody, 401}, {"without " + op.ID, 403}, {"other workspace", a.otherSpace}, {"other organisation", a.foreignHere},
			} {
				if got := w.do(try.actor, op.Method, path, body); got.status != try.status {
					t.Errorf("%s gets %d, not %d: %s", try.actor, got.status, try.status, got.text)
				}
			}
			if mutates := op.Method != "GET"; mutates { // each on a world where the thing is still there
				for actor, status := range map[string]int{workspace: a.own, orgAdmin: 200} {
					fresh, fill := th.stage(t)
					if got := fresh.do(actor, op.Method, fill.Replace(a.path), fill.Replace(a.body)); got.status != status {
						t.Errorf("%s gets %d, not %d: %s", actor, got.status, status, got.text)
					}
				}
				fresh, fill := th.stage(t)
				fresh.key("one scope", "organisation/service", `{"name":"w","scopes":["`+string(a.scope)+`"]}`)
				if got := fresh.do("one scope", op.Method, fill.Replace(a.path), fill.Replace(a.body)); got.status != 200 {
					t.Errorf("one scope is not enough: %d %s", got.status, got.text)
				}
				return
			}
			for actor, status := range map[string]int{workspace: a.own, orgAdmin: 200, "with " + op.ID: 200} {
				if got := w.do(actor, op.Method, path, body); got.status != status {
					t.Errorf("%s gets %d, not %d: %s", actor, got.status, status, got.text)
				}
			}
		})
	}
}

func TestListsStayInsideTheTenant(t *testing.T) {
	w, _ := stage(t)
	for actor, lists := range map[string]map[string]float64{ // of what is their own
		"other organisation": {"/admin/workspaces": 1, "/admin/workspaces?status=archived": 0, "/api-keys": 2, "/integrations": 0,
			"/providers": 0, "/virtual-keys": 0, "/secret-references": 0, "/usage/entries": 0},
		"workspace of another organisation": {"/admin/workspaces": 1, "/api-keys": 1, "/integrations": 0, "/providers": 0, "/virtual-keys": 0, "/usage/entries": 0, "/policies/usage-limits": 0, "/policies/rate-limits": 0},
		"other workspace": {"/admin/workspaces": 1, "/api-keys": 2, "/integrations": 0, "/providers": 0, "/virtual-keys": 0, "/usage/entries": 0,
			"/policies/usage-limits": 0, "/policies/rate-limits": 0},
	} {
		for path, total := range lists {
			if got := w.must(actor, "GET", path, ""); got["total"] != total {
				t.Errorf("%s shows %s %v entries", path, actor, got["total"])
			}
		}
	}
}
