package gateway_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/authn"
	"github.com/claviger/claviger/internal/gateway"
	"github.com/claviger/claviger/internal/limits/memory"
	"github.com/claviger/claviger/internal/provider/all"
	"github.com/claviger/claviger/internal/secret"
	"github.com/claviger/claviger/internal/store"
	"github.com/claviger/claviger/internal/store/sqlite"
	"github.com/claviger/claviger/internal/store/storetest/sqlitetest"
	"github.com/claviger/claviger/internal/vault"
	"github.com/prometheus/client_golang/prometheus"
)

const (
	providerKey  = "sk-provider-0123456789-do-not-leak"
	headerSecret = "header-secret-abcdefghijkl"
)

// patience is how long a test waits for what must happen.
const patience = time.Minute

// rig is a gateway over a real store and vault, with a scripted provider behind
// it and the books open to the test.
type rig struct {
	testing.TB
	gw       *gateway.Gateway
	url      string
	store    *store.Store
	vault    *vault.Vault
	keys     *authn.Keys
	host     *httptest.Server // the provider
	limiter  *memory.Limiter
	books    *books
	log      *syncBuffer
	org      claviger.Organisation
	ws       claviger.Workspace
	key      string // of the workspace
	provider claviger.Provider
	stored   claviger.Integration
}

// books record what the gateway books, in order.
type books struct {
	mu       sync.Mutex
	openings []claviger.Opening
	closings []claviger.Closing
	refuse   error
	closed   chan claviger.Closing
}

func (b *books) Admit(o claviger.Opening) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.refuse != nil {
		return b.refuse
	}
	b.openings = append(b.openings, o)
	return nil
}

func (b *books) Settle(c claviger.Closing) error {
	b.mu.Lock()
	b.closings = append(b.closings, c)
	b.mu.Unlock()
	b.closed <- c
	return nil
}

// one waits for the only closing and checks that it has one opening.
func (b *books) one(t *testing.T) (claviger.Opening, claviger.Closing) {
	t.Helper()
	select {
	case c := <-b.closed:
		b.mu.Lock()
		defer b.mu.Unlock()
		if len(b.openings) != 1 || len(b.closings) != 1 || b.openings[0].ID != c.ID {
			t.Fatalf("%d openings, %d closings: want one of each for one attempt", len(b.openings), len(b.closings))
		}
		return b.openings[0], c
	case <-time.After(patience):
		t.Fatal("the attempt was never booked")
		panic("unreachable")
	}
}

func (b *books) none(t *testing.T) {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.openings)+len(b.closings) != 0 {
		t.Errorf("a refused request was booked: %d openings, %d closings", len(b.openings), len(b.closings))
	}
}

// forget begins anew, for a test that makes several attempts.
func (b *books) forget() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.openings, b.closings = nil, nil
}

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// newRig starts a gateway with one integration of a kind whose host is upstream.
func newRig(t testing.TB, kind string, upstream http.HandlerFunc, change ...func(*gateway.Options)) *rig {
	t.Helper()
	host := httptest.NewServer(upstream)
	t.Cleanup(host.Close)
	dir := t.TempDir()
	sqlitetest.Prepare(t, dir)
	st, err := sqlite.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	v, err := vault.Open(t.Context(), bytes.Repeat([]byte{7}, 32), st)
	if err != nil {
		t.Fatal(err)
	}
	// No minute, day or week ends during a test, whenever it runs.
	began := time.Now()
	r := &rig{TB: t, host: host, store: st, vault: v,
		limiter: memory.New(memory.Options{Source: st, Now: func() time.Time { return began }}),
		books:   &books{closed: make(chan claviger.Closing, 100)}, log: &syncBuffer{},
		keys: authn.New(authn.Options{Source: st})}
	r.seed(kind, host.URL)
	o := gateway.Options{
		Keys: r.keys, Refused: authn.NewFailures(authn.FailureOptions{Free: 1000}), Targets: st, Policies: st, Vault: v, Providers: all.Registry(),
		Ledger: r.books, Limits: r.limiter, Log: slog.New(slog.NewTextHandler(r.log, nil)),
		Metrics: prometheus.NewRegistry(), Now: time.Now,
		MaxBody: 1 << 20, BodyMemory: 4 << 20,
		BodyTimeout: 10 * time.Second, HeaderTimeout: 10 * time.Second, IdleTimeout: 10 * time.Second,
	}
	for _, c := range change {
		c(&o)
	}
	r.gw = gateway.New(o)
	server := httptest.NewServer(r.gw)
	r.url = server.URL
	t.Cleanup(func() {
		server.Close()
		r.nothingHeld()
		if strings.Contains(r.log.String(), providerKey) || strings.Contains(r.log.String(), r.key) {
			t.Error("a secret is in the log")
		}
	})
	return r
}

// nothingHeld checks that every hold was given back.
func (r *rig) nothingHeld() {
	if n := r.gw.InFlight(); n != 0 {
		r.Errorf("%d requests still count as running", n)
	}
}

func (r *rig) keyID() claviger.APIKeyID {
	k, _, err := r.store.APIKeyByHash(context.Background(), claviger.HashKey(r.key))
	if err != nil {
		return ""
	}
	return k.ID
}

func (r *rig) seed(kind, host string) {
	now := claviger.Now(time.Now())
	r.org = claviger.Organisation{ID: claviger.NewID[claviger.OrganisationID](), Name: "o", CreatedAt: now}
	r.ws = claviger.Workspace{ID: claviger.NewID[claviger.WorkspaceID](), OrganisationID: r.org.ID, Slug: "ws-one",
		Name: "one", Status: claviger.Active, CreatedAt: now, UpdatedAt: now, Version: 1}
	quoted, _ := json.Marshal(host + "/v1")
	r.stored = claviger.Integration{
		ID: claviger.NewID[claviger.IntegrationID](), OrganisationID: r.org.ID, Slug: "acc", Name: "acc", AIProvider: kind,
		Configurations: map[string]json.RawMessage{"custom_host": quoted}, AllowAllModels: true,
		KeyVersion: 1, Status: claviger.Active, CreatedAt: now, UpdatedAt: now, KeyRotatedAt: now, Version: 1,
	}
	r.provider = claviger.Provider{ID: claviger.NewID[claviger.ProviderID](), OrganisationID: r.org.ID, WorkspaceID: r.ws.ID,
		IntegrationID: r.stored.ID, Slug: "acc", Name: "acc", Status: claviger.Active, CreatedAt: now, UpdatedAt: now, Version: 1}
	r.seal(vault.Credentials{Key: secret.New(providerKey),
		Fields: map[string]secret.String{"custom_headers": secret.New(`{"x-extra":"` + headerSecret + `"}`)}})
	r.update(func(tx *store.Tx) error {
		for _, err := range []error{
			tx.InsertOrganisation(r.Context(), r.org),
			tx.InsertWorkspace(r.Context(), r.ws),
			tx.InsertIntegration(r.Context(), r.stored),
			tx.PutGrant(r.Context(), claviger.Grant{OrganisationID: r.org.ID, IntegrationID: r.stored.ID, WorkspaceID: r.ws.ID,
				Enabled: true, CreatedAt: now, UpdatedAt: now}),
			tx.InsertProvider(r.Context(), r.provider),
		} {
			if err != nil {
				return err
			}
		}
		return nil
	})
	r.key = r.mint(claviger.WorkspaceKey, "completions.write")
}

func (r *rig) seal(c vault.Credentials) {
	r.Helper()
	var err error
	if r.stored.Sealed, r.stored.RootKeyID, err = r.vault.SealCredentials(vault.IntegrationBinding(r.stored), c); err != nil {
		r.Fatal(err)
	}
}

func (r *rig) update(fn func(*store.Tx) error) {
	r.Helper()
	if err := r.store.Update(r.Context(), fn); err != nil {
		r.Fatal(err)
	}
}

func (r *rig) mint(kind claviger.KeyType, scopes ...claviger.Scope) string {
	r.Helper()
	plain := claviger.NewKey(kind, claviger.ServiceKey)
	now := claviger.Now(time.Now())
	k := claviger.APIKey{ID: claviger.NewID[claviger.APIKeyID](), OrganisationID: r.org.ID, Type: kind, SubType: claviger.ServiceKey,
		Name: "k", Hash: claviger.HashKey(plain.Reveal()), Masked: plain.Mask(), Scopes: scopes, Status: claviger.Active,
		CreationMode: "api", CreatedAt: now, UpdatedAt: now, Version: 1}
	if kind == claviger.WorkspaceKey {
		k.WorkspaceID = r.ws.ID
	}
	r.update(func(tx *store.Tx) error { return tx.InsertAPIKey(r.Context(), k) })
	return plain.Reveal()
}

// request builds a call with the workspace's key and provider; header pairs
// change or add, and an empty value takes away.
func (r *rig) request(method, path, body string, header ...string) *http.Request {
	r.Helper()
	req, err := http.NewRequestWithContext(r.Context(), method, r.url+path, strings.NewReader(body))
	if err != nil {
		r.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("x-portkey-api-key", r.key)
	req.Header.Set("x-portkey-provider", "@acc")
	for i := 0; i+1 < len(header); i += 2 {
		if header[i+1] == "" {
			req.Header.Del(header[i])
		} else {
			req.Header.Set(header[i], header[i+1])
		}
	}
	return req
}

// do sends a call and returns the whole answer, searched for secrets.
func (r *rig) do(req *http.Request) (*http.Response, string) {
	r.Helper()
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		r.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		r.Fatalf("read answer: %v", err)
	}
	var head bytes.Buffer
	resp.Header.Write(&head)
	for _, s := range []string{providerKey, headerSecret} {
		if strings.Contains(string(body)+head.String(), s) {
			r.Errorf("the answer holds the secret %.6s…", s)
		}
	}
	return resp, string(body)
}

func (r *rig) chat(body string, header ...string) (*http.Response, string) {
	r.Helper()
	return r.do(r.request(http.MethodPost, "/v1/chat/completions", body, header...))
}
