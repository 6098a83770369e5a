package storetest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/store"
)

// updated changes every field of a row that may change, and reads it back.
func updated(t *testing.T, w *world) {
	ctx, o := t.Context(), w.ours
	org := o.org.ID
	later := at.Add(time.Minute)
	ws, key, in, prov, g := o.workspace, o.key, o.integration, o.provider, o.grant
	ws.Slug, ws.Name, ws.Description, ws.Icon, ws.Metadata = "ws-new", "New", "new", "", nil
	ws.UsageLimits, ws.RateLimits, ws.IsDefault, ws.UpdatedAt = nil, json.RawMessage(`[1]`), true, later
	key.Name, key.Description, key.Hash[0], key.Masked, key.Scopes = "new", "", key.Hash[0]+1, "cd*******wx", []claviger.Scope{}
	key.UsageLimits, key.RateLimits, key.Defaults, key.AlertEmails = nil, json.RawMessage(`[1]`), nil, nil
	ws.InputGuardrails, ws.OutputGuardrails, ws.UserAPIKeyConfig = nil, []string{}, ""
	key.OldHash, key.OldUntil, key.RotatedAt, key.RotationPolicy, key.ResetAt = claviger.KeyHash{}, time.Time{}, later, nil, later
	ws.ResetAt, ws.LimitedAt, key.LimitedAt, g.LastResetAt, g.LimitedAt, prov.ResetAt, prov.LimitedAt = time.Time{}, later, time.Time{}, later, later, later, time.Time{}
	key.ExpiresAt, key.Status, key.UpdatedAt = time.Time{}, claviger.Exhausted, later
	in.Slug, in.Name, in.Description, in.Configurations = "new", "new", "", map[string]json.RawMessage{}
	in.Sealed, in.RootKeyID, in.KeyVersion, in.KeyRotatedAt = nil, 0, 8, later
	in.SecretMappings, in.PricingAdjustments, in.GlobalAccess, in.Tags = nil, json.RawMessage(`{}`), json.RawMessage(`{"enabled":false}`), nil
	in.AllowAllModels, in.UpdatedAt = false, later
	prov.Slug, prov.Name, prov.Note, prov.UsageLimits, prov.RateLimits = "new", "new", "", json.RawMessage(`[1]`), nil
	prov.ExpiresAt, prov.Status, prov.UpdatedAt = later, claviger.Expired, later
	g.Enabled, g.UsageLimits, g.RateLimits, g.UpdatedAt, g.CreatedAt = false, nil, json.RawMessage(`[1]`), later, later
	w.update(func(tx *store.Tx) error {
		return errors.Join(tx.UpdateWorkspace(ctx, ws), tx.UpdateAPIKey(ctx, key), tx.UpdateIntegration(ctx, in),
			tx.UpdateProvider(ctx, prov), tx.PutGrant(ctx, g))
	})
	ws.Version, key.Version, in.Version, prov.Version = 2, 2, 2, 2
	prov.AIProvider, prov.IntegrationSlug = in.AIProvider, in.Slug
	g.WorkspaceSlug, g.CreatedAt = ws.Slug, at // as it was first
	w.view(func(tx *store.Tx) error {
		gotWS, err := tx.Workspace(ctx, org, "ws-new")
		ok(t, err)
		same(t, "workspace", ws, gotWS)
		gotKey, err := tx.APIKey(ctx, org, key.ID)
		ok(t, err)
		same(t, "api key", key, gotKey)
		gotIn, err := tx.Integration(ctx, org, "new")
		ok(t, err)
		same(t, "integration", in, gotIn)
		gotProv, err := tx.Provider(ctx, org, ws.ID, "new")
		ok(t, err)
		same(t, "provider", prov, gotProv)
		gotGrant, err := tx.Grant(ctx, org, in.ID, ws.ID)
		ok(t, err)
		same(t, "grant", g, gotGrant)
		gotIn, n, err := tx.IntegrationAndGrants(ctx, org, "new")
		ok(t, err)
		same(t, "integration beside its grants", in, gotIn)
		same(t, "enabled grants", 0, n)
		return nil
	})
	_, _, err := w.store.APIKeyByHash(ctx, key.Hash)
	refused(t, "an exhausted key", err, claviger.NotFound)
	_, err = w.store.Target(ctx, org, ws.ID, "new")
	refused(t, "an expired provider", err, claviger.NotFound)
	holds := func(what string, want claviger.WorkspaceContents, tx *store.Tx) {
		t.Helper()
		got, err := tx.WorkspaceContents(ctx, org, ws.ID)
		ok(t, err)
		same(t, what, want, got)
	}
	byAccess, asked := provider(in, ws.ID, "by-access"), provider(in, ws.ID, "asked-for")
	asked.MadeByAccess = false
	own, pol := integration(org, ws.ID, "local"), policy(ws, claviger.UsagePolicy)
	w.update(func(tx *store.Tx) error {
		holds("a provider that was changed, and a key", claviger.WorkspaceContents{APIKeys: 1, Providers: 1}, tx)
		ok(t, tx.InsertProvider(ctx, byAccess))
		holds("one that access made, without the access", claviger.WorkspaceContents{APIKeys: 1, Providers: 1}, tx)
		ok(t, tx.InsertProvider(ctx, asked))
		holds("one that was asked for, without access", claviger.WorkspaceContents{APIKeys: 1, Providers: 2}, tx)
		g.Enabled = true
		ok(t, tx.PutGrant(ctx, g))
		holds("with the access", claviger.WorkspaceContents{APIKeys: 1, Providers: 3}, tx)
		ok(t, tx.InsertIntegration(ctx, own))
		ok(t, tx.InsertPolicy(ctx, pol))
		holds("with an integration and a policy", claviger.WorkspaceContents{APIKeys: 1, Providers: 3, Integrations: 1, Policies: 1}, tx)
		return nil
	})
	unchanged(t, w, w.their)
}

// stale writes each row with a version that is not the stored one.
func stale(t *testing.T, w *world) {
	ctx, o := t.Context(), w.ours
	o.workspace.Version, o.key.Version, o.integration.Version, o.provider.Version = 9, 9, 9, 9
	for name, write := range map[string]func(*store.Tx) error{
		"UpdateWorkspace":    func(tx *store.Tx) error { return tx.UpdateWorkspace(ctx, o.workspace) },
		"ArchiveWorkspace":   func(tx *store.Tx) error { return tx.ArchiveWorkspace(ctx, o.workspace) },
		"UpdateAPIKey":       func(tx *store.Tx) error { return tx.UpdateAPIKey(ctx, o.key) },
		"ArchiveAPIKey":      func(tx *store.Tx) error { return tx.ArchiveAPIKey(ctx, o.key) },
		"UpdateIntegration":  func(tx *store.Tx) error { return tx.UpdateIntegration(ctx, o.integration) },
		"ArchiveIntegration": func(tx *store.Tx) error { return tx.ArchiveIntegration(ctx, o.integration) },
		"UpdateProvider":     func(tx *store.Tx) error { return tx.UpdateProvider(ctx, o.provider) },
		"ArchiveProvider":    func(tx *store.Tx) error { return tx.ArchiveProvider(ctx, o.provider) },
	} {
		refused(t, name, w.store.Update(ctx, write), claviger.Stale)
	}
	unchanged(t, w, w.ours)
	runs := 0
	w.update(func(tx *store.Tx) error { // the first run meets another writer
		runs++
		if runs == 1 {
			return claviger.Fail(claviger.Stale, "changed")
		}
		return nil
	})
	same(t, "runs of an update that was stale once", 2, runs)
}

// concurrent has many writers count in one row; none of the steps may be lost.
func concurrent(t *testing.T, w *world) {
	const writers, steps = 8, 10
	ctx, o := t.Context(), w.ours
	var group sync.WaitGroup
	for range writers {
		group.Go(func() {
			for range steps {
				if err := w.store.Update(ctx, func(tx *store.Tx) error { return countUp(ctx, tx, o) }); err != nil {
					t.Errorf("update: %v", err)
				}
			}
		})
	}
	group.Wait()
	w.view(func(tx *store.Tx) error {
		ws, err := tx.Workspace(ctx, o.org.ID, o.workspace.Slug)
		ok(t, err)
		same(t, "counted", fmt.Sprint(writers*steps), ws.Metadata["n"])
		return nil
	})
}

func countUp(ctx context.Context, tx *store.Tx, o tenant) error {
	ws, err := tx.Workspace(ctx, o.org.ID, o.workspace.Slug)
	if err != nil {
		return err
	}
	var n int
	_, _ = fmt.Sscan(ws.Metadata["n"], &n)
	ws.Metadata = map[string]string{"n": fmt.Sprint(n + 1)}
	return tx.UpdateWorkspace(ctx, ws)
}

// checked has writers race for what each found free: only one may be right,
// though they write different rows.
func checked(t *testing.T, w *world) {
	const writers = 6
	ctx, o := t.Context(), w.ours
	var group sync.WaitGroup
	for n := range writers {
		group.Go(func() {
			err := w.store.Update(ctx, func(tx *store.Tx) error {
				_, total, err := tx.Integrations(ctx, o.org.ID, claviger.IntegrationQuery{Page: page})
				if err != nil || total > 1 {
					return err
				}
				return tx.InsertIntegration(ctx, integration(o.org.ID, "", numbered("race", n)))
			})
			if err != nil {
				t.Errorf("update: %v", err)
			}
		})
	}
	group.Wait()
	w.view(func(tx *store.Tx) error {
		_, total, err := tx.Integrations(ctx, o.org.ID, claviger.IntegrationQuery{Page: page})
		ok(t, err)
		same(t, "integrations", 2, total)
		return nil
	})
}
