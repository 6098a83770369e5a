package storetest

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/store"
)

// at is the time that fixtures count from.
var at = time.Date(2026, 1, 2, 3, 4, 5, 678901000, time.UTC)

// world is a store with two organisations that have the same things under the
// same slugs.
type world struct {
	tb    testing.TB
	store *store.Store
	ours  tenant
	their tenant
}

// tenant is one of each thing of an organisation.
type tenant struct {
	org         claviger.Organisation
	workspace   claviger.Workspace
	key         claviger.APIKey
	integration claviger.Integration
	grant       claviger.Grant
	provider    claviger.Provider
}

func newWorld(tb testing.TB, s *store.Store) *world {
	tb.Helper()
	w := &world{tb: tb, store: s}
	w.ours, w.their = newTenant("ours"), newTenant("theirs")
	for _, t := range []tenant{w.ours, w.their} {
		w.update(func(tx *store.Tx) error { return t.insert(tb.Context(), tx) })
	}
	return w
}

func newTenant(name string) tenant {
	org := claviger.Organisation{ID: claviger.NewID[claviger.OrganisationID](), Name: name, Email: "owner@example.com", CreatedAt: at}
	t := tenant{org: org, workspace: workspace(org.ID, "ws-one")}
	t.key = apiKey(org.ID, t.workspace.ID)
	t.integration = integration(org.ID, "", "one")
	t.grant = grant(t.integration, t.workspace.ID)
	t.provider = provider(t.integration, t.workspace.ID, "one")
	return t
}

func (t tenant) insert(ctx context.Context, tx *store.Tx) error {
	for _, err := range []error{
		tx.InsertOrganisation(ctx, t.org), tx.InsertWorkspace(ctx, t.workspace), tx.InsertAPIKey(ctx, t.key),
		tx.InsertIntegration(ctx, t.integration), tx.PutGrant(ctx, t.grant), tx.InsertProvider(ctx, t.provider),
	} {
		if err != nil {
			return err
		}
	}
	return nil
}

func workspace(org claviger.OrganisationID, slug string) claviger.Workspace {
	return claviger.Workspace{ID: claviger.NewID[claviger.WorkspaceID](), OrganisationID: org, Slug: slug, Name: "Team " + slug,
		Description: "a team", Icon: "🔑", Metadata: map[string]string{"cost": "R&D <1>"},
		InputGuardrails: []string{"pg-in"}, OutputGuardrails: []string{"pg-out", "pg-more"}, UserAPIKeyConfig: "pc-one",
		UsageLimits: json.RawMessage(`[{"credit_limit":1}]`), RateLimits: json.RawMessage(`[]`),
		ResetAt: at, LimitedAt: at.Add(-time.Hour), Status: claviger.Active, CreatedAt: at, UpdatedAt: at, Version: 1}
}

func apiKey(org claviger.OrganisationID, ws claviger.WorkspaceID) claviger.APIKey {
	id := claviger.NewID[claviger.APIKeyID]()
	k := claviger.APIKey{ID: id, OrganisationID: org, WorkspaceID: ws, Type: claviger.WorkspaceKey, SubType: claviger.ServiceKey,
		Name: "key", Description: "a key", Masked: "ab*******yz", Scopes: []claviger.Scope{"completions.write"},
		UsageLimits: json.RawMessage(`{"credit_limit":1}`), Defaults: json.RawMessage(`{"metadata":{}}`),
		AlertEmails: []string{"a@example.com"}, ExpiresAt: at.Add(time.Hour), Status: claviger.Active, CreationMode: "api",
		CreatedAt: at, UpdatedAt: at, Version: 1, OldUntil: at.Add(time.Minute), RotatedAt: at, ResetAt: at, LimitedAt: at,
		RotationPolicy: json.RawMessage(`{"rotation_period":"weekly"}`)}
	copy(k.Hash[:], id)
	copy(k.OldHash[:], id[1:])
	return k
}

func integration(org claviger.OrganisationID, ws claviger.WorkspaceID, slug string) claviger.Integration {
	return claviger.Integration{ID: claviger.NewID[claviger.IntegrationID](), OrganisationID: org, WorkspaceID: ws, Slug: slug,
		Name: "Integration " + slug, Description: "an account", AIProvider: "openai",
		Configurations: map[string]json.RawMessage{"custom_host": json.RawMessage(`"https://example.com/<v1>"`), "n": json.RawMessage(`12345678901234567890`)},
		Sealed:         []byte("sealed \x00\xff value of " + slug), RootKeyID: 4294967295, KeyVersion: 7,
		SecretMappings: json.RawMessage(`[]`), GlobalAccess: json.RawMessage(`{"enabled":true}`), Tags: map[string]string{"env": "prod"},
		AllowAllModels: true, Status: claviger.Active, CreatedAt: at, UpdatedAt: at, KeyRotatedAt: at, Version: 1}
}

func grant(i claviger.Integration, ws claviger.WorkspaceID) claviger.Grant {
	return claviger.Grant{OrganisationID: i.OrganisationID, IntegrationID: i.ID, WorkspaceID: ws, Enabled: true, Status: claviger.Active,
		LimitedAt:   at,
		UsageLimits: json.RawMessage(`[{"credit_limit":2}]`), CreatedAt: at, UpdatedAt: at}
}

func provider(i claviger.Integration, ws claviger.WorkspaceID, slug string) claviger.Provider {
	return claviger.Provider{ID: claviger.NewID[claviger.ProviderID](), OrganisationID: i.OrganisationID, WorkspaceID: ws,
		IntegrationID: i.ID, Slug: slug, Name: "Provider " + slug, Note: "a note", RateLimits: json.RawMessage(`[]`), ResetAt: at, LimitedAt: at,
		NamedAs: upper(string(i.ID)), MadeByAccess: true, Status: claviger.Active, CreatedAt: at, UpdatedAt: at, Version: 1}
}

// update and view run fn and end the test on an error.
func (w *world) update(fn func(*store.Tx) error) {
	w.tb.Helper()
	if err := w.store.Update(w.tb.Context(), fn); err != nil {
		w.tb.Fatalf("update: %v", err)
	}
}

func (w *world) view(fn func(*store.Tx) error) {
	w.tb.Helper()
	if err := w.store.View(w.tb.Context(), fn); err != nil {
		w.tb.Fatalf("view: %v", err)
	}
}

// page is a page that holds everything.
var page = claviger.Page{Size: 1000}

func numbered(prefix string, n int) string { return fmt.Sprintf("%s-%03d", prefix, n) }
