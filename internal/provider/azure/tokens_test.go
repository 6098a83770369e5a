package azure_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/provider"
	"github.com/claviger/claviger/internal/provider/azure"
	"github.com/claviger/claviger/internal/secret"
)

const canary = "sk-canary-0123456789abcdef"

// authority is a scripted token endpoint and a clock.
type authority struct {
	mu     sync.Mutex
	now    time.Time
	asked  int
	status int
	answer string
	gate   chan struct{} // each answer waits for it; nil: none does
	got    http.Request
}

func (a *authority) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if a.gate != nil {
		<-a.gate
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := r.ParseForm(); err != nil {
		panic(err)
	}
	a.got = http.Request{Method: r.Method, URL: r.URL, PostForm: r.PostForm}
	a.asked++
	if a.status != 0 {
		w.WriteHeader(a.status)
	}
	fmt.Fprint(w, strings.ReplaceAll(a.answer, "N", fmt.Sprint(a.asked)))
}

func (a *authority) clock() time.Time {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.now
}

func (a *authority) pass(d time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.now = a.now.Add(d)
}

func (a *authority) say(status int, answer string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.status, a.answer = status, answer
}

func (a *authority) tokens(t *testing.T) *azure.Tokens {
	t.Helper()
	a.now = time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	server := httptest.NewServer(a)
	t.Cleanup(server.Close)
	return azure.Authority{HTTP: server.Client(), URL: server.URL, Now: a.clock}.Tokens(provider.Settings{
		Plain: map[string]json.RawMessage{
			"azure_entra_tenant_id": json.RawMessage(`"a-tenant"`), "azure_entra_client_id": json.RawMessage(`"a-client"`),
		},
		Secret: map[string]secret.String{"azure_entra_client_secret": secret.New(canary)},
	})
}

func get(t *testing.T, tokens *azure.Tokens) string {
	t.Helper()
	token, err := tokens.Token(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return token.Reveal()
}

func TestATokenIsAskedForAsDocumentedAndKeptUntilShortlyBeforeItsEnd(t *testing.T) {
	a := &authority{answer: `{"access_token":"token-N","expires_in":3600,"token_type":"Bearer"}`}
	tokens := a.tokens(t)
	if got := get(t, tokens); got != "token-1" {
		t.Fatalf("token %s", got)
	}
	if a.got.Method != http.MethodPost || a.got.URL.Path != "/a-tenant/oauth2/v2.0/token" {
		t.Errorf("asked %s %s", a.got.Method, a.got.URL.Path)
	}
	for field, want := range map[string]string{
		"grant_type": "client_credentials", "client_id": "a-client", "client_secret": canary,
		"scope": "https://cognitiveservices.azure.com/.default",
	} {
		if got := a.got.PostForm.Get(field); got != want {
			t.Errorf("%s is %q", field, got)
		}
	}
	a.pass(54 * time.Minute)
	if got := get(t, tokens); got != "token-1" {
		t.Errorf("after 54 minutes %s", got)
	}
	a.pass(2 * time.Minute)
	if got := get(t, tokens); got != "token-2" {
		t.Errorf("four minutes before its end %s", got)
	}
}

func TestATokenOfAShortLifeIsUsedForHalfOfIt(t *testing.T) {
	a := &authority{answer: `{"access_token":"token-N","expires_in":"60"}`}
	tokens := a.tokens(t)
	get(t, tokens)
	a.pass(29 * time.Second)
	if got := get(t, tokens); got != "token-1" {
		t.Errorf("after 29 seconds %s", got)
	}
	a.pass(2 * time.Second)
	if got := get(t, tokens); got != "token-2" {
		t.Errorf("after 31 seconds %s", got)
	}
}

func TestWhoWaitsForATokenWaitsForTheSameRequest(t *testing.T) {
	a := &authority{answer: `{"access_token":"token-N","expires_in":3600}`, gate: make(chan struct{})}
	tokens := a.tokens(t)
	gone, leave := context.WithCancel(t.Context())
	first := make(chan error)
	go func() {
		_, err := tokens.Token(gone)
		first <- err
	}()
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			if token, err := tokens.Token(t.Context()); err != nil || token.Reveal() != "token-1" {
				t.Errorf("%s, %v", token.Reveal(), err)
			}
		})
	}
	leave() // who began the request may leave; the others still get their token
	if err := <-first; !errors.Is(err, context.Canceled) {
		t.Errorf("who left got %v", err)
	}
	close(a.gate)
	wg.Wait()
	if a.asked != 1 {
		t.Errorf("asked %d times", a.asked)
	}
}

func TestFailuresAreClearHideTheSecretAndPause(t *testing.T) {
	tests := map[string]struct {
		status       int
		answer, want string
	}{
		"a refusal": {401, `{"error":"invalid_client","error_codes":[7000215],"error_description":"` + canary + `"}`,
			"it answered 401 invalid_client (AADSTS7000215)"},
		"a refusal with odd words": {400, `{"error":"` + canary + `"}`, "it answered 400"},
		"a page":                   {502, `<html>` + canary, "it answered 502"},
		"a redirect":               {302, ``, "it answered 302"},
		"no token":                 {200, `{"expires_in":3600}`, "its answer holds no token"},
		"no JSON":                  {200, `token`, "its answer holds no token"},
		"a token with a line end":  {200, `{"access_token":"a\r\nX: y","expires_in":3600}`, "its answer holds no token"},
		"no lifetime":              {200, `{"access_token":"a"}`, "its answer does not say how long the token lives"},
		"a lifetime of nothing":    {200, `{"access_token":"a","expires_in":0}`, "its answer does not say how long the token lives"},
		"a lifetime beyond bounds": {200, `{"access_token":"a","expires_in":1e99}`, "its answer does not say how long the token lives"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			a := &authority{status: tt.status, answer: tt.answer}
			tokens := a.tokens(t)
			for range 3 {
				_, err := tokens.Token(t.Context())
				if claviger.CodeOf(err) != claviger.Unavailable || err.Error() != "No token could be had from Microsoft Entra: "+tt.want {
					t.Errorf("error %v", err)
				}
			}
			if a.asked != 1 {
				t.Errorf("asked %d times at once", a.asked)
			}
			a.say(200, `{"access_token":"good","expires_in":3600}`)
			a.pass(6 * time.Second)
			if got := get(t, tokens); got != "good" {
				t.Errorf("after the pause %s", got)
			}
		})
	}
}

func TestAnUnreachableAuthority(t *testing.T) {
	tokens := azure.Authority{URL: "http://127.0.0.1:9"}.Tokens(provider.Settings{})
	_, err := tokens.Token(t.Context())
	if claviger.CodeOf(err) != claviger.Unavailable || !strings.HasSuffix(err.Error(), ": it could not be reached") {
		t.Errorf("error %v", err)
	}
}

func TestTokensDoNotPrintThemselves(t *testing.T) {
	a := &authority{answer: `{"access_token":"` + canary + `","expires_in":3600}`}
	tokens := a.tokens(t)
	get(t, tokens)
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		if strings.Contains(fmt.Sprintf(verb, tokens), canary) {
			t.Errorf("%s shows a secret", verb)
		}
	}
}
