package admin_test

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"testing"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/admin"
	"github.com/claviger/claviger/internal/provider/all"
	"github.com/claviger/claviger/internal/secret"
	"github.com/claviger/claviger/internal/store"
	"github.com/claviger/claviger/internal/store/sqlite"
	"github.com/claviger/claviger/internal/vault"
)

type transactions struct{ *store.Store }

func (t transactions) View(ctx context.Context, fn func(admin.Tx) error) error {
	return t.Store.View(ctx, func(tx *store.Tx) error { return fn(tx) })
}

func (t transactions) Update(ctx context.Context, fn func(admin.Tx) error) error {
	return t.Store.Update(ctx, func(tx *store.Tx) error { return fn(tx) })
}

func service(t testing.TB) (*admin.Service, *store.Store) {
	t.Helper()
	st, err := sqlite.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	if _, err := st.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	v, err := vault.Open(t.Context(), bytes.Repeat([]byte{9}, vault.MasterKeySize), st)
	if err != nil {
		t.Fatal(err)
	}
	return admin.New(admin.Deps{Store: transactions{st}, Vault: v, Registry: all.Registry()}), st
}

func stored(t testing.TB, st *store.Store, key secret.String) claviger.APIKey {
	t.Helper()
	k, _, err := st.APIKeyByHash(t.Context(), claviger.HashKey(key.Reveal()))
	if err != nil {
		t.Fatalf("the key is not stored: %v", err)
	}
	return k
}

func TestFirstStartMakesKeysWithEveryScope(t *testing.T) {
	s, st := service(t)
	made, err := s.Bootstrap(t.Context(), admin.BootstrapInput{Email: "owner@example.com"})
	if err != nil || made.Existing || made.Organisation.Email != "owner@example.com" {
		t.Fatalf("made %+v, %v", made.Existing, err)
	}
	if !strings.HasPrefix(made.Workspace.Slug, "ws-default-") || !made.Workspace.IsDefault {
		t.Errorf("workspace %+v", made.Workspace)
	}
	org, ws := stored(t, st, made.AdminKey), stored(t, st, made.WorkspaceKey)
	if org.Type != claviger.OrganisationKey || org.WorkspaceID != "" || !slices.Equal(org.Scopes, claviger.AllScopes(claviger.OrganisationKey, claviger.ServiceKey)) {
		t.Errorf("admin key %+v", org)
	}
	if ws.WorkspaceID != made.Workspace.ID || !slices.Equal(ws.Scopes, claviger.AllScopes(claviger.WorkspaceKey, claviger.ServiceKey)) {
		t.Errorf("workspace key %+v", ws)
	}
	if !claviger.WellFormed(made.AdminKey.Reveal()) || org.CreationMode != "auto" {
		t.Error("the admin key is not of our making")
	}
}

func TestGivenKeysAreTakenOnTheFirstStartOnly(t *testing.T) {
	s, st := service(t)
	given := admin.BootstrapInput{AdminKey: secret.New("an-admin-key-of-the-operators-own"), WorkspaceKey: secret.New("a-workspace-key-of-the-operators-own")}
	if _, err := s.Bootstrap(t.Context(), given); err != nil {
		t.Fatal(err)
	}
	stored(t, st, given.AdminKey)
	stored(t, st, given.WorkspaceKey)
	again, err := s.Bootstrap(t.Context(), admin.BootstrapInput{AdminKey: secret.New("another-admin-key-of-the-operators")})
	if err != nil || !again.Existing || !again.AdminKey.IsZero() || again.Organisation.ID == "" {
		t.Errorf("second start: %+v, %v", again.Existing, err)
	}
	stored(t, st, given.AdminKey)
	if _, _, err := st.APIKeyByHash(t.Context(), claviger.HashKey("another-admin-key-of-the-operators")); err == nil {
		t.Error("the second start stored a key")
	}
}

func TestBootstrapRefusesWeakKeys(t *testing.T) {
	s, st := service(t)
	same := secret.New("one-key-for-both-is-no-good-at-all")
	for name, in := range map[string]admin.BootstrapInput{
		"short admin key":     {AdminKey: secret.New("short-canary")},
		"short workspace key": {WorkspaceKey: secret.New("short-canary")},
		"one key for both":    {AdminKey: same, WorkspaceKey: same},
	} {
		_, err := s.Bootstrap(t.Context(), in)
		if claviger.CodeOf(err) != claviger.Invalid || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := st.View(t.Context(), func(tx *store.Tx) error {
		there, err := tx.Organisations(t.Context())
		if len(there) > 0 {
			t.Error("a refused start made an organisation")
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

func TestNewAdminKey(t *testing.T) {
	s, st := service(t)
	if _, _, err := s.NewAdminKey(t.Context(), ""); claviger.CodeOf(err) != claviger.NotFound {
		t.Errorf("before the first start: %v", err)
	}
	made, err := s.Bootstrap(t.Context(), admin.BootstrapInput{})
	if err != nil {
		t.Fatal(err)
	}
	k, plain, err := s.NewAdminKey(t.Context(), "")
	if err != nil || k.OrganisationID != made.Organisation.ID {
		t.Fatal(k.OrganisationID, err)
	}
	if got := stored(t, st, plain); got.ID != k.ID || got.Type != claviger.OrganisationKey {
		t.Errorf("stored %+v", got)
	}
	stored(t, st, made.AdminKey) // the old one still works
}

func TestOrganisations(t *testing.T) {
	s, _ := service(t)
	if _, err := s.CreateOrganisation(t.Context(), "Second", ""); claviger.CodeOf(err) != claviger.NotFound {
		t.Fatalf("before the first start: %v", err)
	}
	first, err := s.Bootstrap(t.Context(), admin.BootstrapInput{})
	if err != nil {
		t.Fatal(err)
	}
	second, err := s.CreateOrganisation(t.Context(), " Second ", "owner@example.com")
	if err != nil {
		t.Fatal(err)
	}
	if o := second.Organisation; o.Name != "Second" || o.Email != "owner@example.com" || o.ID == first.Organisation.ID || !second.Workspace.IsDefault {
		t.Errorf("made %+v", second)
	}
	for name, want := range map[string]claviger.Code{
		"Second": claviger.Conflict, "Default": claviger.Conflict, "": claviger.Invalid, "\x00": claviger.Invalid,
		string(first.Organisation.ID): claviger.Invalid,
	} {
		if _, err := s.CreateOrganisation(t.Context(), name, ""); claviger.CodeOf(err) != want {
			t.Errorf("named %q: %v", name, err)
		}
	}
	if list, err := s.Organisations(t.Context()); err != nil || len(list) != 2 || list[0].ID != first.Organisation.ID {
		t.Errorf("%v, %v", list, err)
	}
	for ref, want := range map[string]claviger.OrganisationID{
		"Second": second.Organisation.ID, "Default": first.Organisation.ID,
		strings.ToUpper(string(second.Organisation.ID)): second.Organisation.ID, "": "", "second": "",
	} {
		k, _, err := s.NewAdminKey(t.Context(), ref)
		if (err == nil) != (want != "") || err == nil && k.OrganisationID != want {
			t.Errorf("a key of %q is of %q, %v", ref, k.OrganisationID, err)
		}
	}
}
