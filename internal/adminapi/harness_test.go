package adminapi

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
	"github.com/claviger/claviger/internal/admin"
	"github.com/claviger/claviger/internal/audit"
	"github.com/claviger/claviger/internal/authz"
	"github.com/claviger/claviger/internal/catalogue"
	"github.com/claviger/claviger/internal/httpx"
	"github.com/claviger/claviger/internal/limits/memory"
	"github.com/claviger/claviger/internal/provider/all"
	"github.com/claviger/claviger/internal/secret"
	"github.com/claviger/claviger/internal/store"
	"github.com/claviger/claviger/internal/store/sqlite"
	"github.com/claviger/claviger/internal/store/storetest/sqlitetest"
	"github.com/claviger/claviger/internal/vault"
	"github.com/claviger/claviger/test/exchange"
)

// world is the admin API over a real store and a real vault. Every answer it
// gives is searched for every secret that was planted.
type world struct {
	testing.TB
	dir      string // of the store
	store    *store.Store
	service  *admin.Service
	limiter  *memory.Limiter
	api      *api
	handler  http.Handler
	made     admin.Bootstrapped
	now      time.Time
	keys     map[string]string // by actor
	secrets  []string
	mu       sync.Mutex
	changes  []claviger.Change
	entries  []claviger.AuditEntry // as they were stored; of rolled back changes too
	logs     *bytes.Buffer
	refusals *audit.Refusals
	// auditFails, when set, is what writing an audit entry answers.
	auditFails error
}

// The actors every world has.
const (
	orgAdmin  = "org admin"
	workspace = "workspace"
	nobody    = "nobody"
)

// transactions are those of the store that w has at the moment, with an ear on
// the audit log.
type transactions struct{ w *world }

func (t transactions) View(ctx context.Context, fn func(admin.Tx) error) error {
	return t.w.store.View(ctx, func(tx *store.Tx) error { return fn(tx) })
}

func (t transactions) Update(ctx context.Context, fn func(admin.Tx) error) error {
	return t.w.store.Update(ctx, func(tx *store.Tx) error { return fn(listener{tx, t.w}) })
}

func (t transactions) Entries(ctx context.Context, org claviger.OrganisationID, q claviger.EntryQuery) ([]claviger.Entry, int, error) {
	return t.w.store.Entries(ctx, org, q)
}

func (t transactions) UsageSums(ctx context.Context, org claviger.OrganisationID, q claviger.SumQuery) ([]claviger.UsageSum, int, error) {
	return t.w.store.UsageSums(ctx, org, q)
}

func (t transactions) UsageOfPolicy(ctx context.Context, org claviger.OrganisationID, id claviger.PolicyID, q claviger.UsageQuery) ([]claviger.Usage, int, error) {
	return t.w.store.UsageOfPolicy(ctx, org, id, q)
}

func (t transactions) Counters(ctx context.Context, org claviger.OrganisationID, counters []claviger.Counter) ([]claviger.Usage, error) {
	return t.w.store.Counters(ctx, org, counters)
}

type listener struct {
	admin.Tx
	w *world
}

func (l listener) InsertAudit(ctx context.Context, e claviger.AuditEntry) error {
	if l.w.auditFails != nil {
		return l.w.auditFails
	}
	if err := l.Tx.InsertAudit(ctx, e); err != nil {
		return err
	}
	l.w.mu.Lock()
	defer l.w.mu.Unlock()
	l.w.entries = append(l.w.entries, e)
	return nil
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{TB: t, logs: &bytes.Buffer{}, keys: map[string]string{}, now: time.Date(2030, 5, 6, 7, 8, 9, 123456000, time.UTC)}
	ctx := context.Background()
	var err error
	w.dir = t.TempDir()
	sqlitetest.Prepare(t, w.dir)
	if w.store, err = sqlite.Open(ctx, w.dir); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.store.Close() })
	v, err := vault.Open(ctx, bytes.Repeat([]byte{7}, vault.MasterKeySize), w.store)
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.NewTextHandler(w.logs, nil))
	w.limiter = memory.New(memory.Options{Now: w.moment})
	w.service = admin.New(admin.Deps{
		Meter: w.limiter,
		Store: transactions{w}, Vault: v, Registry: all.Registry(), Catalogue: catalogue.Default(), Log: log,
		Now:     w.clock,
		Changed: func(c claviger.Change) { w.mu.Lock(); w.changes = append(w.changes, c); w.mu.Unlock() },
	})
	if w.made, err = w.service.Bootstrap(ctx, admin.BootstrapInput{Email: "owner@example.com"}); err != nil {
		t.Fatal(err)
	}
	w.keys[orgAdmin], w.keys[workspace] = w.made.AdminKey.Reveal(), w.made.WorkspaceKey.Reveal()
	w.refusals = audit.NewRefusals(w.service.RecordRefusals, w.clock)
	w.api = build(Deps{
		Service: w.service, Authenticate: w.authenticate, Version: "test", Log: log,
		Refused: func(by authz.Caller, action, resourceType string, status int) {
			w.refusals.Note(by, audit.Attempt{Action: action, ResourceType: resourceType, Status: status})
		},
	})
	w.handler = httpx.Guard(log, nil, httpx.Enveloped(log, w.api.mux))
	return w
}

// clock is a millisecond later every time it is read.
func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(time.Millisecond)
	return w.now
}

// moment is the time, without a step.
func (w *world) moment() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

// pass lets time go by.
func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

// authenticate looks keys up in the store, without the cache of the real one.
func (w *world) authenticate(r *http.Request) (authz.Caller, error) {
	hash := claviger.HashKey(r.Header.Get("x-portkey-api-key"))
	k, _, err := w.store.APIKeyByHash(r.Context(), hash)
	if err != nil || !k.OpensWith(hash, w.moment()) {
		return authz.Caller{}, claviger.Fail(claviger.Unauthorised, "Unauthorised Request")
	}
	return authz.Caller{
		OrganisationID: k.OrganisationID, WorkspaceID: k.WorkspaceID, KeyID: k.ID, Type: k.Type, SubType: k.SubType, Scopes: k.Scopes,
	}, nil
}

// plant returns a secret whose every appearance in an answer fails the test.
func (w *world) plant(s string) string {
	w.secrets = append(w.secrets, s)
	return s
}

type response struct {
	status int
	header http.Header
	text   string
	object map[string]any
}

// do sends a request as actor. path is below /v1.
func (w *world) do(actor, method, path, body string) response {
	w.Helper()
	r := httptest.NewRequest(method, "http://claviger.test/v1"+path, strings.NewReader(body))
	return w.send(actor, r)
}

func (w *world) send(actor string, r *http.Request) response {
	w.Helper()
	if key := w.keys[actor]; key != "" {
		r.Header.Set("x-portkey-api-key", key)
	} else if actor != nobody {
		w.Fatalf("no key for %q", actor)
	}
	if r.Header.Get("Content-Type") == "" {
		r.Header.Set("Content-Type", "application/json")
	}
	rec := httptest.NewRecorder()
	w.handler.ServeHTTP(rec, r)
	raw, err := io.ReadAll(rec.Result().Body)
	if err != nil {
		w.Fatal(err)
	}
	out := response{status: rec.Code, header: rec.Result().Header, text: string(raw)}
	if err := exchange.Record(exchange.Exchange{
		Method: r.Method, Path: r.URL.EscapedPath(), Status: out.status, ContentType: out.header.Get("Content-Type"), Body: raw,
	}); err != nil {
		w.Error(err)
	}
	w.search(out)
	ct := out.header.Get("Content-Type")
	if strings.HasPrefix(ct, "text/csv") && strings.HasSuffix(r.URL.Path, "/usage") {
		return out // the one answer that may be asked for in another form
	}
	if err := json.Unmarshal(raw, &out.object); err != nil {
		w.Errorf("%s %s: the answer is no JSON object: %v: %.200s", r.Method, r.URL.Path, err, raw)
	}
	if ct != "application/json" {
		w.Errorf("%s %s: content type %q", r.Method, r.URL.Path, ct)
	}
	return out
}

// search looks for planted secrets wherever a caller could see them.
func (w *world) search(r response) {
	w.Helper()
	shown := r.text
	for name, values := range r.header {
		shown += name + strings.Join(values, " ")
	}
	for _, s := range w.secrets {
		if strings.Contains(shown, s) {
			w.Errorf("an answer shows a planted secret: %.300s", r.text)
		}
		if strings.Contains(w.logs.String(), s) {
			w.Error("the log shows a planted secret")
		}
	}
}

// must is do that expects 200.
func (w *world) must(actor, method, path, body string) map[string]any {
	w.Helper()
	r := w.do(actor, method, path, body)
	if r.status != http.StatusOK {
		w.Fatalf("%s %s as %s: %d %s", method, path, actor, r.status, r.text)
	}
	return r.object
}

// key makes an API key and remembers it as actor.
func (w *world) key(actor, kind, body string) string {
	w.Helper()
	made := w.must(orgAdmin, "POST", "/api-keys/"+kind, body)
	w.keys[actor] = made["key"].(string)
	return made["id"].(string)
}

// foreign makes another organisation with a key of its own.
func (w *world) foreign(actor string) {
	w.Helper()
	org := claviger.Organisation{ID: claviger.NewID[claviger.OrganisationID](), Name: "Other", CreatedAt: claviger.Now(w.now)}
	plain := secret.New("another-organisations-admin-key-0001")
	err := w.store.Update(context.Background(), func(tx *store.Tx) error {
		if err := tx.InsertOrganisation(context.Background(), org); err != nil {
			return err
		}
		return tx.InsertAPIKey(context.Background(), claviger.APIKey{
			ID: claviger.NewID[claviger.APIKeyID](), OrganisationID: org.ID, Type: claviger.OrganisationKey, SubType: claviger.ServiceKey,
			Name: "k", Hash: claviger.HashKey(plain.Reveal()), Masked: plain.Mask(), Status: claviger.Active, CreationMode: "auto",
			Scopes: claviger.AllScopes(claviger.OrganisationKey, claviger.ServiceKey), CreatedAt: org.CreatedAt, UpdatedAt: org.CreatedAt, Version: 1,
		})
	})
	if err != nil {
		w.Fatal(err)
	}
	w.keys[actor] = plain.Reveal()
}

// audit is the audit log as text.
func (w *world) audit() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var b strings.Builder
	for _, e := range w.entries {
		b.WriteString(e.Action + " " + e.ResourceType + " " + e.ActorType + " " + string(e.Before) + " " + string(e.After) + "\n")
	}
	return b.String()
}

// same compares the JSON of two values.
func same(t testing.TB, what string, got any, want string) {
	t.Helper()
	g, err := json.Marshal(got)
	if err != nil {
		t.Fatal(err)
	}
	var v any
	if err := json.Unmarshal([]byte(want), &v); err != nil {
		t.Fatal(err)
	}
	wanted, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(g, wanted) {
		t.Errorf("%s = %s, want %s", what, g, wanted)
	}
}

// in is w reporting to a subtest.
func (w *world) in(t testing.TB) *world {
	return &world{
		TB: t, store: w.store, service: w.service, api: w.api, handler: w.handler, made: w.made, keys: w.keys,
		secrets: w.secrets, logs: w.logs,
	}
}

// errorShape checks that an error can be read by every known client.
func (w *world) errorShape(r response) {
	w.Helper()
	data, _ := r.object["data"].(map[string]any)
	e, _ := r.object["error"].(map[string]any)
	if r.object["success"] != false || data["message"] == nil || data["errorCode"] == nil || e["message"] == nil || e["code"] == nil || e["type"] == nil {
		w.Errorf("not the error body: %s", r.text)
	}
	if _, ok := e["param"]; !ok {
		w.Errorf("no param: %s", r.text)
	}
}
