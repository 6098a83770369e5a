package keyonly_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/llm"
	"github.com/claviger/claviger/internal/provider"
	"github.com/claviger/claviger/internal/provider/keyonly"
	"github.com/claviger/claviger/internal/provider/providertest"
	"github.com/claviger/claviger/internal/secret"
)

func adapter(t *testing.T, id string) provider.Adapter {
	t.Helper()
	for _, a := range keyonly.Adapters() {
		if a.Spec().ID == id {
			return a
		}
	}
	t.Fatalf("no row %s", id)
	return nil
}

func compile(t *testing.T, id, host string) provider.Account {
	t.Helper()
	s := provider.Settings{AIProvider: id, Key: secret.New("k")}
	if host != "" {
		quoted, _ := json.Marshal(host)
		s.Plain = map[string]json.RawMessage{provider.CustomHost: quoted}
	}
	account, err := adapter(t, id).Compile(s)
	if err != nil {
		t.Fatal(err)
	}
	return account
}

func encode(t *testing.T, account provider.Account, op provider.Operation, body string) (provider.Upstream, error) {
	t.Helper()
	request, err := llm.Scan([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	return account.Encode(provider.Call{Operation: op, Request: request, Model: request.Model})
}

func TestRowsAreSortedAndComplete(t *testing.T) {
	var ids []string
	for _, a := range keyonly.Adapters() {
		spec := a.Spec()
		ids = append(ids, spec.ID)
		if spec.Name == "" || claviger.CheckSlug(spec.ID) != "" {
			t.Errorf("%q needs a name and an id that headers can carry", spec.ID)
		}
		if spec.NotCallable == "" && !spec.HostRequired && provider.CheckHost(spec.Base, false) != "" {
			t.Errorf("%s is at %s: %s", spec.ID, spec.Base, provider.CheckHost(spec.Base, false))
		}
	}
	if !slices.IsSorted(ids) || len(slices.Compact(slices.Clone(ids))) != len(ids) {
		t.Errorf("ids %v", ids)
	}
}

func TestEveryRowPassesTheCasesOfTheDialect(t *testing.T) {
	for _, a := range keyonly.Adapters() {
		spec := a.Spec()
		if spec.NotCallable != "" || spec.Operations != nil && !slices.Contains(spec.Operations, provider.Chat) {
			continue
		}
		t.Run(spec.ID, func(t *testing.T) { providertest.Run(t, a, "testdata") })
	}
}

func TestWhereCallsGo(t *testing.T) {
	tests := map[string]struct {
		id, host string
		op       provider.Operation
		want     string
	}{
		"groq":                              {"groq", "", provider.Chat, "https://api.groq.com/openai/v1/chat/completions"},
		"together":                          {"together-ai", "", provider.Complete, "https://api.together.xyz/v1/completions"},
		"openrouter":                        {"openrouter", "", provider.Chat, "https://openrouter.ai/api/v1/chat/completions"},
		"cohere":                            {"cohere", "", provider.Embed, "https://api.cohere.ai/compatibility/v1/embeddings"},
		"gemini":                            {"google", "", provider.Chat, "https://generativelanguage.googleapis.com/v1beta/openai/chat/completions"},
		"perplexity":                        {"perplexity-ai", "", provider.Chat, "https://api.perplexity.ai/chat/completions"},
		"deepseek":                          {"deepseek", "", provider.Chat, "https://api.deepseek.com/v1/chat/completions"},
		"ollama at a host without its path": {"ollama", "http://localhost:11434", provider.Chat, "http://localhost:11434/v1/chat/completions"},
		"ollama at a host with its path":    {"ollama", "http://localhost:11434/v1/", provider.Embed, "http://localhost:11434/v1/embeddings"},
		"a proxy in front of together":      {"together-ai", "https://proxy.example.com/t", provider.Chat, "https://proxy.example.com/t/v1/chat/completions"},
		"a host for one without a dialect":  {"predibase", "https://proxy.example.com/v1", provider.Chat, "https://proxy.example.com/v1/chat/completions"},
		"a provider of embeddings":          {"voyage", "", provider.Embed, "https://api.voyageai.com/v1/embeddings"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			account := compile(t, tt.id, tt.host)
			up, err := encode(t, account, tt.op, `{"model":"m"}`)
			if err != nil {
				t.Fatal(err)
			}
			if got := account.Base().String() + up.Path; got != tt.want {
				t.Errorf("goes to %s, want %s", got, tt.want)
			}
		})
	}
}

func TestWhatIsRefused(t *testing.T) {
	tests := map[string]struct {
		id   string
		op   provider.Operation
		want string
	}{
		"a provider without a dialect":      {"anyscale", provider.Chat, "calling anyscale is not supported yet"},
		"chat where there are embeddings":   {"voyage", provider.Chat, "chatComplete is not supported by voyage"},
		"embeddings where there is chat":    {"perplexity-ai", provider.Embed, "embed is not supported by perplexity-ai"},
		"completions where there are none":  {"cohere", provider.Complete, "complete is not supported by cohere"},
		"completions where they were taken": {"google", provider.Complete, "complete is not supported by google"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			account := compile(t, tt.id, "")
			_, err := encode(t, account, tt.op, `{"model":"m"}`)
			if claviger.CodeOf(err) != claviger.Invalid || err.Error() != tt.want {
				t.Errorf("error %v, want %s", err, tt.want)
			}
		})
	}
}

func TestAnAccountThatCannotBeCalledSendsNothing(t *testing.T) {
	account := compile(t, "anyscale", "")
	if !strings.HasSuffix(account.Base().Host, ".invalid") {
		t.Errorf("it is at %s", account.Base())
	}
	req, err := http.NewRequest(http.MethodGet, account.Base().String(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := account.Authorize(t.Context(), req, nil); claviger.CodeOf(err) != claviger.Invalid || len(req.Header) > 0 {
		t.Errorf("Authorize: %v, headers %v", err, req.Header)
	}
	if account.Decode(provider.Call{}) == nil {
		t.Error("there is no decoder")
	}
	if lister, ok := account.(provider.ModelLister); !ok || lister.ModelsPath() != "" {
		t.Error("it lists models")
	}
}

func TestStreamOptionsStayAwayFromWhoRefusesThem(t *testing.T) {
	for id, want := range map[string]string{
		"mistral-ai": `{"model":"m","stream":true}`,
		"cohere":     `{"model":"m","stream":true}`,
		"groq":       `{"model":"m","stream":true,"stream_options":{"include_usage":true}}`,
	} {
		up, err := encode(t, compile(t, id, ""), provider.Chat, `{"model":"m","stream":true,"stream_options":{"include_usage":true}}`)
		if err != nil || string(up.Body) != want {
			t.Errorf("%s gets %s, %v", id, up.Body, err)
		}
	}
}

func TestWhereModelsAreListed(t *testing.T) {
	for id, want := range map[string]string{
		"groq": "/models", "together-ai": "/v1/models", "google": "/v1beta/openai/models", "perplexity-ai": "",
	} {
		lister, ok := compile(t, id, "").(provider.ModelLister)
		if !ok || lister.ModelsPath() != want {
			t.Errorf("%s: %v", id, lister)
		}
	}
}

func TestSpec(t *testing.T) {
	providertest.Check(t, adapter(t, "groq").Spec(), map[string]providertest.SpecCase{
		"a key":                {},
		"no key":               {NoKey: true, Problems: []string{"key: is required"}},
		"a key that is mapped": {NoKey: true, Mapped: []string{"key"}},
	})
	providertest.Check(t, adapter(t, "ollama").Spec(), map[string]providertest.SpecCase{
		"a host and no key": {NoKey: true, Configurations: `{"custom_host":"http://localhost:11434"}`},
		"no host":           {Problems: []string{"configurations.custom_host: is required"}},
	})
}
