package gateway_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/gateway"
	"github.com/claviger/claviger/internal/provider"
	"github.com/claviger/claviger/internal/secret"
	"github.com/claviger/claviger/internal/store"
	"github.com/claviger/claviger/internal/vault"
)

// TestAChangeIsSeenByTheNextRequest changes rows as the control plane does: the
// transaction first, the word to the gateway after it.
func TestAChangeIsSeenByTheNextRequest(t *testing.T) {
	var seen string
	r := newRig(t, "openai", func(w http.ResponseWriter, req *http.Request) {
		seen = req.Header.Get("Authorization")
		answers(200, answer)(w, req)
	})
	changed := func(kind claviger.ChangeKind, id string) {
		c := claviger.Change{OrganisationID: r.org.ID, Kind: kind, ID: id}
		r.keys.Invalidate(c)
		r.gw.Invalidate(c)
	}
	r.chat(ask)

	r.stored.KeyVersion++
	r.seal(vault.Credentials{Key: secret.New("sk-rotated-key-123456")})
	r.update(func(tx *store.Tx) error { return tx.UpdateIntegration(t.Context(), r.stored) })
	changed(claviger.IntegrationChanged, string(r.stored.ID))
	if r.chat(ask); seen != "Bearer sk-rotated-key-123456" {
		t.Errorf("after a rotation the provider got %q", seen)
	}

	grant := claviger.Grant{OrganisationID: r.org.ID, IntegrationID: r.stored.ID, WorkspaceID: r.ws.ID,
		CreatedAt: r.stored.CreatedAt, UpdatedAt: r.stored.UpdatedAt}
	r.update(func(tx *store.Tx) error { return tx.PutGrant(t.Context(), grant) })
	changed(claviger.IntegrationChanged, string(r.stored.ID))
	if resp, body := r.chat(ask); resp.StatusCode != 400 || !strings.Contains(body, "Following keys are not valid: acc") {
		t.Errorf("after access was taken: %d %s", resp.StatusCode, body)
	}

	key, _, err := r.store.APIKeyByHash(t.Context(), claviger.HashKey(r.key))
	if err != nil {
		t.Fatal(err)
	}
	r.update(func(tx *store.Tx) error { return tx.ArchiveAPIKey(t.Context(), key) })
	changed(claviger.APIKeyChanged, string(key.ID))
	if resp, body := r.chat(ask); resp.StatusCode != 401 {
		t.Errorf("after the key was revoked: %d %s", resp.StatusCode, body)
	}
}

func TestTheBoundOnRequestsAtOnce(t *testing.T) {
	s := newScript()
	r := newRig(t, "openai", s.ServeHTTP, func(o *gateway.Options) { o.MaxRequests = 1 })
	_, b := r.open(t.Context(), askStream)
	s.say(delta)
	readFrame(t, b)
	resp, body := r.chat(ask)
	if resp.StatusCode != 429 || resp.Header.Get("Retry-After") == "" || !strings.Contains(body, "Error Code: 05") {
		t.Errorf("%d %v %s", resp.StatusCode, resp.Header, body)
	}
	// Nor is a body looked at, which is work too.
	if resp, body := r.chat("{", "x-portkey-config", `{"drop_params":["a"]}`); resp.StatusCode != 429 {
		t.Errorf("%d %s", resp.StatusCode, body)
	}
	s.say(finished, done)
	close(s.pieces)
	r.books.one(t)
}

// crashing is a registry whose accounts panic when they read an answer.
type crashing struct{ gateway.Registry }

func (c crashing) Adapter(id string) provider.Adapter { return crashingAdapter{c.Registry.Adapter(id)} }

type crashingAdapter struct{ provider.Adapter }

func (c crashingAdapter) Compile(s provider.Settings) (provider.Account, error) {
	a, err := c.Adapter.Compile(s)
	return crashingAccount{a}, err
}

type crashingAccount struct{ provider.Account }

func (crashingAccount) Decode(provider.Call) provider.Decoder { panic("a defect with " + providerKey) }

func TestADefectIsBookedAndGivesNothingAway(t *testing.T) {
	r := newRig(t, "openai", answers(200, answer), func(o *gateway.Options) { o.Providers = crashing{o.Providers} })
	resp, body := r.chat(ask)
	if resp.StatusCode != 500 || !strings.Contains(body, "error") || strings.Contains(body, "defect") {
		t.Errorf("%d %s", resp.StatusCode, body)
	}
	if _, c := r.books.one(t); c.Outcome != claviger.Failed || !c.Estimated {
		t.Errorf("closing: %+v", c)
	}
	if !strings.Contains(r.log.String(), "crashed") {
		t.Error("the defect is not in the log")
	}
}

func TestAMetadataAddressIsNeverCalled(t *testing.T) {
	r := newRig(t, "openai", func(http.ResponseWriter, *http.Request) {})
	// What the admin plane would refuse may still be in a store.
	r.stored.Configurations["custom_host"] = []byte(`"http://169.254.169.254/v1"`)
	r.update(func(tx *store.Tx) error { return tx.UpdateIntegration(context.Background(), r.stored) })
	resp, body := r.chat(ask)
	if resp.StatusCode < 400 || strings.Contains(body, "169.254") {
		t.Errorf("%d %s", resp.StatusCode, body)
	}
	r.books.mu.Lock()
	defer r.books.mu.Unlock()
	for _, c := range r.books.closings {
		if c.Tokens != (claviger.Tokens{}) {
			t.Errorf("a call that was never made was booked: %+v", c)
		}
	}
}
