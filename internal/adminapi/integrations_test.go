package adminapi

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
)

func TestIntegrationIsShownMaskedInTheDocumentedShape(t *testing.T) {
	w := newWorld(t)
	key := w.plant("sk-live-canary-4242424242-zz")
	header := w.plant("Basic canary-header-value-77")
	made := w.must(orgAdmin, "POST", "/integrations", fmt.Sprintf(
		`{"name":"Prod","slug":"prod","ai_provider_id":"openai","key":%q,"description":"d",
		"configurations":{"openai_project":"p1","custom_headers":{"x-team":%q}}}`, key, header))
	if made["slug"] != "prod" || made["id"] == "" {
		t.Fatalf("made %v", made)
	}
	for _, ref := range []string{"prod", made["id"].(string), strings.ToUpper(made["id"].(string))} {
		got := w.must(orgAdmin, "GET", "/integrations/"+ref, "")
		want := []string{"id", "organisation_id", "ai_provider_id", "name", "status", "created_at", "last_updated_at", "slug", "description",
			"masked_key", "configurations", "global_workspace_access_settings", "allow_all_models", "workspace_count", "secret_mappings",
			"pricing_adjustments", "object", "type", "workspace_id", "owner_id", "global_workspace_access", "tags", "last_reset_at",
			"key_fingerprint", "key_version", "key_rotated_at"}
		if has := slices.Sorted(maps.Keys(got)); !slices.Equal(has, slices.Sorted(slices.Values(want))) {
			t.Errorf("fields %v", has)
		}
		same(t, "detail", map[string]any{
			"masked_key": got["masked_key"], "configurations": got["configurations"], "count": got["workspace_count"],
			"mappings": got["secret_mappings"], "pricing": got["pricing_adjustments"], "all": got["allow_all_models"],
			"global": got["global_workspace_access_settings"], "object": got["object"], "status": got["status"], "created": got["created_at"],
		}, `{"masked_key":"sk*******zz","configurations":{"openai_project":"p1","masked_custom_headers":{"x-team":"Ba*******77"}},
			"count":0,"mappings":[],"pricing":null,"all":true,"global":null,"object":"integration","status":"active","created":"2030-05-06T07:08:09.125Z"}`)
	}
	if audit := w.audit(); !strings.Contains(audit, `"key":"fp_`) || strings.Contains(audit, "canary") {
		t.Errorf("audit: %s", audit)
	}
}

func TestIntegrationLifeCycle(t *testing.T) {
	w := newWorld(t)
	old, fresh := w.plant("sk-old-canary-111111111-aa"), w.plant("sk-new-canary-222222222-bb")
	w.must(orgAdmin, "POST", "/integrations", `{"name":"A","slug":"a","ai_provider_id":"anthropic","key":"`+old+`","configurations":{"custom_headers":{"x-a":"`+w.plant("canary-value-aaaa")+`"}}}`)
	steps := []struct {
		what, body, masked, configurations string
	}{
		{"a masked key sent back keeps the key", `{"key":"sk*******aa"}`, "sk*******aa", `{"masked_custom_headers":{"x-a":"ca*******aa"}}`},
		{"masked configurations sent back change nothing", `{"configurations":{"masked_custom_headers":{"x-a":"ca*******aa"}}}`, "sk*******aa", `{"masked_custom_headers":{"x-a":"ca*******aa"}}`},
		{"a header that came back masked keeps its value", `{"configurations":{"custom_headers":{"x-a":"ca*******aa","x-b":"` + w.plant("canary-value-bbbb") + `"}}}`,
			"sk*******aa", `{"masked_custom_headers":{"x-a":"ca*******aa","x-b":"ca*******bb"}}`},
		{"a field is merged", `{"configurations":{"custom_host":"https://proxy.example.org/v1"}}`, "sk*******aa",
			`{"custom_host":"https://proxy.example.org/v1","masked_custom_headers":{"x-a":"ca*******aa","x-b":"ca*******bb"}}`},
		{"null removes a field", `{"configurations":{"custom_headers":null,"custom_host":null}}`, "sk*******aa", `{}`},
		{"a key is rotated in place", `{"key":"` + fresh + `"}`, "sk*******bb", `{}`},
	}
	for _, s := range steps {
		same(t, s.what, w.must(orgAdmin, "PUT", "/integrations/a", s.body), `{}`)
		got := w.must(orgAdmin, "GET", "/integrations/a", "")
		same(t, s.what, []any{got["masked_key"], got["configurations"]}, `["`+s.masked+`",`+s.configurations+`]`)
	}
	w.must(orgAdmin, "DELETE", "/integrations/a", "")
	if got := w.do(orgAdmin, "GET", "/integrations/a", ""); got.status != 404 || !strings.Contains(got.text, "AB08") {
		t.Errorf("after deletion: %d %s", got.status, got.text)
	}
	if list := w.must(orgAdmin, "GET", "/integrations?", ""); list["total"] != 0.0 {
		t.Errorf("still listed: %v", list)
	}
	w.must(orgAdmin, "POST", "/integrations", `{"name":"A","slug":"a","ai_provider_id":"openai","key":"`+old+`"}`) // the slug is free
}

func TestIntegrationRefusals(t *testing.T) {
	w := newWorld(t)
	key := w.plant("sk-canary-5555555555-cc")
	w.must(orgAdmin, "POST", "/integrations", `{"name":"T","slug":"taken","ai_provider_id":"openai","key":"`+key+`"}`)
	w.must(workspace, "POST", "/integrations", `{"name":"L","slug":"local","ai_provider_id":"openai","key":"`+key+`"}`)
	long := strings.Repeat("x", 300)
	tests := map[string]struct {
		actor, method, path, body string
		status                    int
		contain                   []string
	}{
		"everything wrong at once": {orgAdmin, "POST", "/integrations",
			`{"name":5,"slug":"no slug!","ai_provider_id":"openai","description":[],"configurations":{"custom_host":"ftp://x"},"pricing_adjustments":{"multiplyer":1},
			"secret_mappings":[{"target_field":"nope","secret_reference_id":"r"},{"secret_reference_id":7}]}`, 400,
			[]string{"AB01", `"path":"name"`, `"path":"slug"`, `"path":"description"`, `"path":"key"`, `"path":"configurations.custom_host"`,
				`"path":"pricing_adjustments.multiplyer"`, `"path":"secret_mappings[1].target_field"`, `"path":"secret_mappings[1].secret_reference_id"`}},
		"nothing at all":                   {orgAdmin, "POST", "/integrations", `{}`, 400, []string{`"path":"name"`, `"path":"ai_provider_id"`}},
		"an empty body":                    {orgAdmin, "POST", "/integrations", ``, 400, []string{`"path":"name"`, `"path":"ai_provider_id"`}},
		"unknown provider":                 {orgAdmin, "POST", "/integrations", `{"name":"n","ai_provider_id":"acme","key":"k12345678"}`, 400, []string{`"path":"ai_provider_id"`, "custom_host"}},
		"provider without its key":         {orgAdmin, "POST", "/integrations", `{"name":"n","ai_provider_id":"openai"}`, 400, []string{`"path":"key"`}},
		"taken slug":                       {orgAdmin, "POST", "/integrations", `{"name":"n","slug":"taken","ai_provider_id":"openai","key":"k12345678"}`, 409, []string{"AB07"}},
		"slug like a UUID":                 {orgAdmin, "POST", "/integrations", `{"name":"n","slug":"f47ac10b-58cc-4372-a567-0e02b2c3d479","ai_provider_id":"openai","key":"k12345678"}`, 400, []string{`"path":"slug"`}},
		"long name":                        {orgAdmin, "POST", "/integrations", `{"name":"` + long + `","ai_provider_id":"openai","key":"k12345678"}`, 400, []string{`"path":"name"`}},
		"metadata host":                    {orgAdmin, "POST", "/integrations", `{"name":"n","ai_provider_id":"x","configurations":{"custom_host":"http://169.254.169.254/v1"}}`, 400, []string{"custom_host"}},
		"private host from a workspace":    {workspace, "POST", "/integrations", `{"name":"n","ai_provider_id":"x","configurations":{"custom_host":"http://127.0.0.1:1234/v1"}}`, 400, []string{"custom_host"}},
		"taken default provider slug":      {workspace, "POST", "/integrations", `{"name":"n","slug":"other","default_provider_slug":"local","ai_provider_id":"openai","key":"k12345678"}`, 400, []string{`"path":"default_provider_slug"`}},
		"a mask as the key":                {orgAdmin, "POST", "/integrations", `{"name":"n","ai_provider_id":"openai","key":"sk*******zz"}`, 400, []string{`"path":"key"`, "masked"}},
		"an old mask as the key":           {orgAdmin, "PUT", "/integrations/taken", `{"key":"sk*******zz"}`, 400, []string{`"path":"key"`, "masked"}},
		"taking the key away":              {orgAdmin, "PUT", "/integrations/taken", `{"key":null}`, 400, []string{`"path":"key"`}},
		"name cleared":                     {orgAdmin, "PUT", "/integrations/taken", `{"name":null}`, 400, []string{`"path":"name"`}},
		"duplicate names":                  {orgAdmin, "PUT", "/integrations/taken", `{"name":"a","name":"b"}`, 400, []string{`"message":"Invalid request: name: stands twice in one object, at byte 12"`, `"path":"name"`}},
		"duplicate names, escaped, nested": {orgAdmin, "PUT", "/integrations/taken", `{"configurations":{"a":"1","\u0061":"2"}}`, 400, []string{`"path":"configurations.a"`, "twice"}},
		"duplicate names in a list":        {orgAdmin, "PUT", "/integrations/taken", `{"secret_mappings":[{},{"target_field":"key","target_field":"key"}]}`, 400, []string{`"path":"secret_mappings[1].target_field"`, "twice"}},
		"something after the body":         {orgAdmin, "PUT", "/integrations/taken", `{"name":"a"} {}`, 400, []string{`"message":"Invalid request: body: goes on after the end of the JSON value`}},
		"invalid UTF-8":                    {orgAdmin, "PUT", "/integrations/taken", "{\"name\":\"a\xff\"}", 400, []string{"not valid JSON"}},
		"trailing data":                    {orgAdmin, "PUT", "/integrations/taken", `{"name":"a"} {}`, 400, []string{"goes on"}},
		"cut off":                          {orgAdmin, "PUT", "/integrations/taken", `{"name":"a`, 400, []string{"AB01"}},
		"an array":                         {orgAdmin, "PUT", "/integrations/taken", `[]`, 400, []string{"object"}},
		"a mapping twice":                  {orgAdmin, "PUT", "/integrations/taken", `{"secret_mappings":[{"target_field":"key","secret_reference_id":"r"},{"target_field":"key","secret_reference_id":"s"}]}`, 400, []string{`"path":"secret_mappings[1].target_field"`}},
		"a mapping of the host":            {orgAdmin, "PUT", "/integrations/taken", `{"secret_mappings":[{"target_field":"configurations.custom_host","secret_reference_id":"r"}]}`, 400, []string{"is checked when it is stored"}},
		"pricing below zero":               {orgAdmin, "PUT", "/integrations/taken", `{"pricing_adjustments":{"multiplier":{"default":-1,"image":{"low":1},"unknown_token":1}}}`, 400, []string{"multiplier.default", "multiplier.image.low", "multiplier.unknown_token"}},
		"unknown integration":              {orgAdmin, "GET", "/integrations/none", ``, 404, []string{"AB08"}},
		"organisation's, from a workspace": {workspace, "GET", "/integrations/taken", ``, 404, []string{"AB08"}},
		"foreign workspace":                {orgAdmin, "POST", "/integrations", `{"name":"n","workspace_id":"ws-none","ai_provider_id":"openai","key":"k12345678"}`, 403, []string{"AB03"}},
		"odd bytes in the path":            {orgAdmin, "GET", "/integrations/%00%ff%2e%2e", ``, 404, nil},
		"wrong page":                       {orgAdmin, "GET", "/integrations?page_size=x&currentPage=-1", ``, 400, []string{`"path":"page_size"`, `"path":"currentPage"`}},
		"wrong type of list":               {orgAdmin, "GET", "/integrations?type=mine", ``, 400, []string{`"path":"type"`}},
	}
	before := w.must(orgAdmin, "GET", "/integrations", "")["total"]
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := w.in(t)
			got := w.do(tt.actor, tt.method, tt.path, tt.body)
			if got.status != tt.status {
				t.Fatalf("%d %s", got.status, got.text)
			}
			for _, want := range tt.contain {
				if !strings.Contains(got.text, want) {
					t.Errorf("no %s in %s", want, got.text)
				}
			}
			w.errorShape(got)
		})
	}
	if after := w.must(orgAdmin, "GET", "/integrations", "")["total"]; after != before {
		t.Errorf("a refused request stored something: %v integrations, then %v", before, after)
	}
}

func TestBodyLimit(t *testing.T) {
	w := newWorld(t)
	fit := `{"name":"n","ai_provider_id":"openai","key":"k12345678","padding":"`
	fit += strings.Repeat("x", fullBody-len(fit)-2) + `"}`
	if got := w.do(orgAdmin, "POST", "/integrations", fit); got.status != http.StatusOK || got.header.Get(ignoredHeader) != "padding" {
		t.Errorf("a body of exactly 1 MiB: %d %.200s", got.status, got.text)
	}
	if got := w.do(orgAdmin, "POST", "/integrations", fit+" "); got.status != http.StatusRequestEntityTooLarge {
		t.Errorf("one byte more, declared: %d %.200s", got.status, got.text)
	}
	r, err := http.NewRequest("POST", "http://claviger.test/v1/integrations", strings.NewReader(fit+" "))
	if err != nil {
		t.Fatal(err)
	}
	r.ContentLength = -1
	if got := w.send(orgAdmin, r); got.status != http.StatusRequestEntityTooLarge {
		t.Errorf("one byte more, undeclared: %d %.200s", got.status, got.text)
	}
}

func TestSecretMappingsAreEchoedAndStandForValues(t *testing.T) {
	w := newWorld(t)
	w.must(orgAdmin, "POST", "/secret-references", reference("my-ref"))
	mapping := `[{"target_field":"key","secret_reference_id":"my-ref","secret_key":null,"value_format":"string"}]`
	w.must(orgAdmin, "POST", "/integrations", `{"name":"M","slug":"m","ai_provider_id":"openai","key":"`+w.plant("sk-canary-dropped-000-dd")+`","secret_mappings":`+mapping+`}`)
	got := w.must(orgAdmin, "GET", "/integrations/m", "")
	same(t, "mappings", got["secret_mappings"], mapping)
	same(t, "masked key of a mapped one", got["masked_key"], `null`)
	w.must(orgAdmin, "PUT", "/integrations/m", `{"name":"still mapped"}`)
	same(t, "mappings kept", w.must(orgAdmin, "GET", "/integrations/m", "")["secret_mappings"], mapping)
	w.must(orgAdmin, "PUT", "/integrations/m", `{"secret_mappings":[],"key":"sk-fresh-1234567-ee"}`)
	same(t, "mappings cleared", w.must(orgAdmin, "GET", "/integrations/m", "")["secret_mappings"], `[]`)
}

func TestIgnoredFieldsAreNamed(t *testing.T) {
	w := newWorld(t)
	w.must(orgAdmin, "POST", "/secret-references", reference("r"))
	got := w.do(orgAdmin, "POST", "/integrations", `{"name":"n","slug":"n","Slug":"other","organisation_id":"x","ai_provider_id":"openai","key":"k12345678","keyy":"k","secret_mappings":[{"target_field":"configurations.openai_project","secret_reference_id":"r","sekret":1}]}`)
	if h := got.header.Get(ignoredHeader); got.status != 200 || h != "Slug,keyy,organisation_id,secret_mappings[0].sekret" {
		t.Errorf("%d, ignored %q", got.status, h)
	}
	w.must(orgAdmin, "POST", "/virtual-keys", `{"name":"V","slug":"v","provider":"bedrock","workspace_id":"`+w.made.Workspace.Slug+`","awsRegion":"eu-west-1","awsAccessKeyId":"a","awsSecretAccessKey":"s"}`)
	tests := map[string]struct{ actor, method, path, body, want string }{
		"what the path says already":          {orgAdmin, "PUT", "/integrations/n", `{"name":"m","slug":"n"}`, ""},
		"what the key says already":           {workspace, "PUT", "/integrations/v", `{"workspace_id":"` + string(w.made.Workspace.ID) + `","organisation_id":"` + string(w.made.Organisation.ID) + `"}`, ""},
		"what never changes":                  {orgAdmin, "PUT", "/integrations/n", `{"slug":"m","ai_provider_id":"anthropic","workspace_id":"w","id":7}`, "ai_provider_id,id,slug,workspace_id"},
		"an empty key":                        {orgAdmin, "PUT", "/integrations/n", `{"key":""}`, "key"},
		"an empty setting":                    {orgAdmin, "PUT", "/integrations/n", `{"configurations":{"openai_project":"","openai_organization":"o"}}`, "configurations.openai_project"},
		"empty fields of a virtual key":       {workspace, "PUT", "/virtual-keys/v", `{"key":"","awsAccessKeyId":"","model_config":{"awsSecretAccessKey":""},"note":""}`, "awsAccessKeyId,key,model_config.awsSecretAccessKey"},
		"another slug of a provider":          {workspace, "PUT", "/providers/v", `{"slug":"w","integration_id":"n"}`, "integration_id,slug"},
		"another manager":                     {orgAdmin, "PUT", "/secret-references/r", `{"name":"R","manager_type":"aws_sm","auth_config":{"vault_token":""}}`, "auth_config.vault_token,manager_type"},
		"a filter that a list does not have":  {orgAdmin, "GET", "/providers?workspace_id=" + w.made.Workspace.Slug + "&status=active&x%0ay=1", "", "status,x?y"},
		"a provider's slug where it has none": {orgAdmin, "POST", "/integrations", `{"name":"O","slug":"o","ai_provider_id":"openai","key":"k12345678","default_provider_slug":"p"}`, "default_provider_slug"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := w.in(t).do(tt.actor, tt.method, tt.path, tt.body)
			if h := got.header.Get(ignoredHeader); got.status != 200 || h != tt.want {
				t.Errorf("%d, ignored %q: %s", got.status, h, got.text)
			}
		})
	}
}

func TestPricingAdjustmentsAreKeptAndCleared(t *testing.T) {
	w := newWorld(t)
	pricing := `{"multiplier":{"default":0.8,"request_token":null,"image":{"default":1},"additional_units":{"web_search":2}}}`
	w.must(orgAdmin, "POST", "/integrations", `{"name":"n","slug":"n","ai_provider_id":"openai","key":"k12345678","tags":{"team":"a"},"pricing_adjustments":`+pricing+`}`)
	w.must(orgAdmin, "PUT", "/integrations/n", `{"name":"m"}`)
	got := w.must(orgAdmin, "GET", "/integrations/n", "")
	same(t, "pricing", got["pricing_adjustments"], pricing)
	same(t, "tags", got["tags"], `{"team":"a"}`)
	w.must(orgAdmin, "PUT", "/integrations/n", `{"pricing_adjustments":null}`)
	same(t, "cleared", w.must(orgAdmin, "GET", "/integrations/n", "")["pricing_adjustments"], `null`)
}

func TestAChangeWithoutItsAuditEntryDoesNotHappen(t *testing.T) {
	w := newWorld(t)
	w.must(orgAdmin, "POST", "/integrations", `{"name":"n","slug":"n","ai_provider_id":"openai","key":"k12345678"}`)
	w.auditFails = fmt.Errorf("the disk is full")
	changes := len(w.changes)
	for _, tt := range [][3]string{
		{"POST", "/integrations", `{"name":"x","slug":"x","ai_provider_id":"openai","key":"k12345678"}`},
		{"PUT", "/integrations/n", `{"name":"changed"}`},
		{"DELETE", "/integrations/n", ``},
		{"POST", "/admin/workspaces", `{"name":"x"}`},
		{"POST", "/api-keys/organisation/service", `{"name":"x","scopes":[]}`},
	} {
		got := w.do(orgAdmin, tt[0], tt[1], tt[2])
		if got.status != 500 || strings.Contains(got.text, "disk") || !strings.Contains(got.text, "AB04") {
			t.Errorf("%s %s: %d %s", tt[0], tt[1], got.status, got.text)
		}
	}
	w.auditFails = nil
	if len(w.changes) != changes {
		t.Error("a change that was undone was told of")
	}
	if got := w.must(orgAdmin, "GET", "/integrations", ""); got["total"] != 1.0 {
		t.Errorf("integrations: %v", got["total"])
	}
	same(t, "name", w.must(orgAdmin, "GET", "/integrations/n", "")["name"], `"n"`)
}
