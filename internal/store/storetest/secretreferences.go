package storetest

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/store"
	"pgregory.net/rapid"
)

func secretReference(org claviger.OrganisationID, slug string, allowed ...claviger.AllowedWorkspace) claviger.SecretReference {
	return claviger.SecretReference{ID: claviger.NewID[claviger.SecretReferenceID](), OrganisationID: org, Slug: slug, Name: "Secret " + slug,
		Description: "where it is", Manager: claviger.HashicorpVault,
		AuthConfig: map[string]json.RawMessage{"vault_addr": json.RawMessage(`"https://vault.example.com"`)},
		Sealed:     []byte("sealed \x00\xff token of " + slug), RootKeyID: 4294967295, KeyVersion: 3,
		SecretPath: "secret/data/openai", SecretKey: "api_key", AllWorkspaces: len(allowed) == 0, Workspaces: allowed,
		Tags: map[string]string{"env": "prod", "team": slug}, CreatedBy: "key", Status: claviger.Active,
		CreatedAt: at, UpdatedAt: at, Version: 1}
}

// secretReferences stores, changes and archives references of two
// organisations that use the same slugs.
func secretReferences(t *testing.T, w *world) {
	ctx, o, x := t.Context(), w.ours, w.their
	org := o.org.ID
	second := workspace(org, "ws-second")
	all := secretReference(org, "all")
	some := secretReference(org, "some", claviger.AllowedWorkspace{ID: second.ID, Said: second.Slug},
		claviger.AllowedWorkspace{ID: o.workspace.ID, Said: string(o.workspace.ID)})
	foreign := secretReference(x.org.ID, "all", claviger.AllowedWorkspace{ID: x.workspace.ID, Said: x.workspace.Slug})
	w.update(func(tx *store.Tx) error {
		ok(t, tx.InsertWorkspace(ctx, second))
		ok(t, tx.InsertSecretReference(ctx, all))
		ok(t, tx.InsertSecretReference(ctx, some))
		return tx.InsertSecretReference(ctx, foreign)
	})
	read := func(org claviger.OrganisationID, want claviger.SecretReference) {
		t.Helper()
		w.view(func(tx *store.Tx) error {
			for _, ref := range []string{want.Slug, string(want.ID), upper(string(want.ID))} {
				got, err := tx.SecretReference(ctx, org, ref)
				ok(t, err)
				same(t, "secret reference "+ref, want, got)
			}
			return nil
		})
	}
	read(org, all)
	read(org, some)
	read(x.org.ID, foreign)

	changed := some
	changed.Name, changed.Description, changed.AuthConfig, changed.Tags = "New", "", nil, nil
	changed.Sealed, changed.RootKeyID, changed.KeyVersion, changed.SecretPath, changed.SecretKey = nil, 0, 4, "other", ""
	changed.AllWorkspaces, changed.Workspaces, changed.UpdatedAt = true, nil, at.Add(time.Minute)
	w.update(func(tx *store.Tx) error { return tx.UpdateSecretReference(ctx, changed) })
	changed.Version = 2
	read(org, changed)
	changed.AllWorkspaces, changed.Workspaces = false, []claviger.AllowedWorkspace{{ID: second.ID, Said: second.Slug}}
	w.update(func(tx *store.Tx) error { return tx.UpdateSecretReference(ctx, changed) })
	changed.Version = 3
	read(org, changed)

	stolen, renamed := foreign, all
	stolen.OrganisationID = org
	renamed.Version = 9
	toTheirs := secretReference(org, "new", claviger.AllowedWorkspace{ID: x.workspace.ID, Said: "ws-one"})
	for name, tt := range map[string]struct {
		write func(context.Context, *store.Tx) error
		code  claviger.Code
	}{
		"a taken slug": {func(c context.Context, tx *store.Tx) error {
			return tx.InsertSecretReference(c, secretReference(org, "all"))
		}, claviger.Conflict},
		"a stale update":          {func(c context.Context, tx *store.Tx) error { return tx.UpdateSecretReference(c, renamed) }, claviger.Stale},
		"a stale archiving":       {func(c context.Context, tx *store.Tx) error { return tx.ArchiveSecretReference(c, renamed) }, claviger.Stale},
		"a foreign update":        {func(c context.Context, tx *store.Tx) error { return tx.UpdateSecretReference(c, stolen) }, claviger.NotFound},
		"a foreign archiving":     {func(c context.Context, tx *store.Tx) error { return tx.ArchiveSecretReference(c, stolen) }, claviger.NotFound},
		"a foreign workspace":     {func(c context.Context, tx *store.Tx) error { return tx.InsertSecretReference(c, toTheirs) }, claviger.NotFound},
		"a use of theirs by ours": {useOf(org, o.integration.ID, foreign.ID), claviger.NotFound},
		"a use of ours by theirs": {useOf(org, x.integration.ID, all.ID), claviger.NotFound},
		"no uses of theirs":       {useOf(org, x.integration.ID), claviger.NotFound},
		"a use of nothing":        {useOf(org, o.integration.ID, "none"), claviger.NotFound},
		"a count of theirs":       {func(c context.Context, tx *store.Tx) error { _, err := tx.SecretUses(c, org, foreign.ID); return err }, claviger.NotFound},
		"a count of theirs outside": {func(c context.Context, tx *store.Tx) error {
			_, err := tx.SecretUsesOutside(c, org, foreign.ID)
			return err
		}, claviger.NotFound},
		"a look at theirs": {func(c context.Context, tx *store.Tx) error {
			_, err := tx.SecretReference(c, org, string(foreign.ID))
			return err
		}, claviger.NotFound},
	} {
		refused(t, name, w.store.Update(ctx, func(tx *store.Tx) error { return tt.write(ctx, tx) }), tt.code)
	}
	read(x.org.ID, foreign)

	w.update(func(tx *store.Tx) error { return tx.ArchiveSecretReference(ctx, all) })
	w.view(func(tx *store.Tx) error {
		_, err := tx.SecretReference(ctx, org, "all")
		refused(t, "an archived reference", err, claviger.NotFound)
		return nil
	})
	w.update(func(tx *store.Tx) error { return tx.InsertSecretReference(ctx, secretReference(org, "all")) })
	w.update(func(tx *store.Tx) error { return tx.ArchiveWorkspace(ctx, second) })
	changed.UpdatedAt, changed.Version = second.UpdatedAt, changed.Version+1
	changed.Workspaces = nil // nobody may use it any more, rather than everybody
	read(org, changed)
}

func useOf(org claviger.OrganisationID, i claviger.IntegrationID, refs ...claviger.SecretReferenceID) func(context.Context, *store.Tx) error {
	return func(ctx context.Context, tx *store.Tx) error { return tx.PutSecretUses(ctx, org, i, refs) }
}

// secretUses counts what reads through a reference, as that comes and goes.
func secretUses(t *testing.T, w *world) {
	ctx, o := t.Context(), w.ours
	org, ws := o.org.ID, o.workspace.ID
	own := integration(org, ws, "own")
	other := workspace(org, "ws-other")
	r := secretReference(org, "r", claviger.AllowedWorkspace{ID: ws, Said: string(ws)})
	q := secretReference(org, "q")
	w.update(func(tx *store.Tx) error {
		ok(t, tx.InsertWorkspace(ctx, other))
		ok(t, tx.InsertIntegration(ctx, own))
		ok(t, tx.InsertProvider(ctx, provider(own, ws, "own")))
		ok(t, tx.InsertProvider(ctx, provider(own, ws, "own-too")))
		ok(t, tx.InsertSecretReference(ctx, r))
		ok(t, tx.InsertSecretReference(ctx, q))
		ok(t, tx.PutSecretUses(ctx, org, o.integration.ID, []claviger.SecretReferenceID{r.ID, q.ID}))
		return tx.PutSecretUses(ctx, org, own.ID, []claviger.SecretReferenceID{r.ID})
	})
	count := func(what string, id claviger.SecretReferenceID, integrations, virtualKeys, outside int) {
		t.Helper()
		w.view(func(tx *store.Tx) error {
			u, err := tx.SecretUses(ctx, org, id)
			ok(t, err)
			n, err := tx.SecretUsesOutside(ctx, org, id)
			ok(t, err)
			same(t, what, []int{integrations, virtualKeys, outside}, []int{u.Integrations, u.VirtualKeys, n})
			return nil
		})
	}
	count("one of the organisation, one of the workspace", r.ID, 2, 3, 1)
	count("one of the organisation", q.ID, 1, 1, 1)
	w.update(func(tx *store.Tx) error {
		return tx.PutSecretUses(ctx, org, o.integration.ID, []claviger.SecretReferenceID{q.ID})
	})
	count("no more of the organisation", r.ID, 1, 2, 0)
	r.Workspaces = []claviger.AllowedWorkspace{{ID: other.ID, Said: other.Slug}}
	w.update(func(tx *store.Tx) error { return tx.UpdateSecretReference(ctx, r) })
	count("another workspace may", r.ID, 1, 2, 1)
	w.update(func(tx *store.Tx) error { return tx.ArchiveIntegration(ctx, o.integration) })
	count("an archived integration uses nothing", q.ID, 0, 0, 0)
	w.update(func(tx *store.Tx) error { return tx.ArchiveWorkspace(ctx, o.workspace) })
	count("an archived workspace uses nothing", r.ID, 0, 0, 0)
}

// secretReferencesFiltered asks for part of what there is.
func secretReferencesFiltered(t *testing.T, w *world) {
	ctx, org := t.Context(), w.ours.org.ID
	aws := secretReference(org, "aws")
	aws.Manager, aws.Name, aws.CreatedAt = claviger.AWSSecretsManager, "ÜBER 100%", at.Add(time.Second)
	bare := secretReference(org, "bare")
	bare.Tags, bare.CreatedAt = nil, at.Add(2*time.Second)
	odd := secretReference(org, "odd")
	odd.Tags = map[string]string{"env": "prod", `a "b", c`: `'{"env":"dev"}`}
	odd.CreatedAt = at.Add(3 * time.Second)
	ws := w.ours.workspace.ID
	bare.AllWorkspaces, bare.Workspaces = false, []claviger.AllowedWorkspace{{ID: ws, Said: "it"}}
	w.update(func(tx *store.Tx) error {
		for _, r := range []claviger.SecretReference{aws, bare, odd, secretReference(w.their.org.ID, "aws")} {
			ok(t, tx.InsertSecretReference(ctx, r))
		}
		return nil
	})
	tests := map[string]struct {
		q    claviger.SecretReferenceQuery
		want []string
	}{
		"any, newest first":           {claviger.SecretReferenceQuery{}, []string{"odd", "bare", "aws"}},
		"of a manager":                {claviger.SecretReferenceQuery{Manager: claviger.AWSSecretsManager}, []string{"aws"}},
		"part of a name":              {claviger.SecretReferenceQuery{Name: "secret"}, []string{"odd", "bare"}},
		"whatever the case":           {claviger.SecretReferenceQuery{Name: "über"}, []string{"aws"}},
		"a percent sign is one":       {claviger.SecretReferenceQuery{Name: "0%"}, []string{"aws"}},
		"a tag":                       {claviger.SecretReferenceQuery{Tags: map[string]string{"env": "prod"}}, []string{"odd", "aws"}},
		"two tags":                    {claviger.SecretReferenceQuery{Tags: map[string]string{"env": "prod", "team": "aws"}}, []string{"aws"}},
		"another value":               {claviger.SecretReferenceQuery{Tags: map[string]string{"env": "dev"}}, nil},
		"a tag with quotes":           {claviger.SecretReferenceQuery{Tags: map[string]string{`a "b", c`: `'{"env":"dev"}`}}, []string{"odd"}},
		"a manager and a tag":         {claviger.SecretReferenceQuery{Manager: claviger.HashicorpVault, Tags: map[string]string{"env": "prod"}}, []string{"odd"}},
		"open to a workspace by name": {claviger.SecretReferenceQuery{AllowedTo: ws}, []string{"bare"}},
		"open to none by such a name": {claviger.SecretReferenceQuery{AllowedTo: w.their.workspace.ID}, nil},
		"a tag no store can hold":     {claviger.SecretReferenceQuery{Tags: map[string]string{"\x00": "x"}}, nil},
		"the second page of one each": {claviger.SecretReferenceQuery{Page: claviger.Page{Number: 1, Size: 1}}, []string{"bare"}},
	}
	w.view(func(tx *store.Tx) error {
		for name, tt := range tests {
			if tt.q.Page.Size == 0 {
				tt.q.Page = page
			}
			rows, total, err := tx.SecretReferences(ctx, org, tt.q)
			ok(t, err)
			var got []string
			for _, r := range rows {
				got = append(got, r.Slug)
			}
			same(t, name, tt.want, got)
			if tt.q.Page.Size == page.Size {
				same(t, name+": total", len(tt.want), total)
			}
		}
		return nil
	})
	ofTheirs := provider(w.ours.integration, w.ours.workspace.ID, "owner")
	ofTheirs.OwnsIntegration = true
	w.update(func(tx *store.Tx) error { return tx.InsertProvider(ctx, ofTheirs) })
	w.view(func(tx *store.Tx) error {
		for _, ref := range []string{"owner", string(ofTheirs.ID)} {
			rows, total, err := tx.Providers(ctx, org, claviger.ProviderQuery{Ref: ref, Page: page})
			ok(t, err)
			if total != 1 || rows[0].ID != ofTheirs.ID || !rows[0].OwnsIntegration {
				t.Errorf("providers named %s: %v", ref, rows)
			}
		}
		_, total, err := tx.Providers(ctx, org, claviger.ProviderQuery{Ref: string(w.their.provider.ID), Page: page})
		ok(t, err)
		same(t, "their provider by id", 0, total)
		return nil
	})
}

func (d *draws) secretReference() claviger.SecretReference {
	r := secretReference(d.org, d.name())
	if rapid.Bool().Draw(d.T, "listed") {
		ws := d.workspaceID()
		r.AllWorkspaces, r.Workspaces = false, []claviger.AllowedWorkspace{{ID: ws, Said: string(ws)}}
	}
	r.ID, r.Name, r.CreatedAt, r.UpdatedAt, r.Version = claviger.SecretReferenceID(d.id("s")), d.name()+" secret", d.time(), d.time(), d.version()
	return r
}

func (d *draws) secretUses() func(context.Context, *store.Tx) error {
	refs := []claviger.SecretReferenceID{claviger.SecretReferenceID(d.id("s"))}
	return useOf(d.org, d.integrationID(), refs[:rapid.IntRange(0, 1).Draw(d.T, "uses")]...)
}
