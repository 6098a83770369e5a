package adminapi

import "testing"

func TestAnEditInsideAMaskIsNoticed(t *testing.T) {
	w := newWorld(t)
	w.must(workspace, "POST", "/integrations", `{"name":"I","slug":"i","ai_provider_id":"openai","key":"k12345678","configurations":{"openai_project":"p","custom_headers":{"x-a":"value-aaaa","x-b":"value-bbbb"}}}`)
	w.must(workspace, "POST", "/virtual-keys", `{"name":"V","slug":"v","provider":"bedrock","awsRegion":"eu-west-1","awsAccessKeyId":"access-key","awsSecretAccessKey":"secret-key-1"}`)
	put := func(configurations string) string { return `{"configurations":` + configurations + `}` }
	tests := map[string]struct{ path, body, want string }{
		"as it was shown":           {"/integrations/i", put(`{"openai_project":"p","masked_custom_headers":{"x-b":"va*******bb","x-a":"va*******aa"}}`), ""},
		"a header changed":          {"/integrations/i", put(`{"masked_custom_headers":{"x-a":"new","x-b":"va*******bb"}}`), "configurations.masked_custom_headers"},
		"a header left out":         {"/integrations/i", put(`{"masked_custom_headers":{"x-a":"va*******aa"}}`), "configurations.masked_custom_headers"},
		"a mask of nothing":         {"/integrations/i", put(`{"masked_odd":"od*******dd"}`), "configurations.masked_odd"},
		"nothing of a mask":         {"/integrations/i", put(`{"masked_custom_headers":null}`), ""},
		"a virtual key's, as shown": {"/virtual-keys/v", `{"model_config":{"maskedAwsSecretAccessKey":"se*******-1"}}`, ""},
		"a virtual key's, changed":  {"/virtual-keys/v", `{"model_config":{"maskedAwsSecretAccessKey":"secret-key-2"}}`, "maskedAwsSecretAccessKey"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := w.in(t).do(workspace, "PUT", tt.path, tt.body)
			if h := got.header.Get(ignoredHeader); got.status != 200 || h != tt.want {
				t.Errorf("%d %s, ignored %q, want %q", got.status, got.text, h, tt.want)
			}
		})
	}
}
