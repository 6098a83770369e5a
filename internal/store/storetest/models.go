package storetest

import (
	"cmp"
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"time"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/store"
)

func model(i claviger.Integration, slug string) claviger.Model {
	return claviger.Model{ID: claviger.NewID[claviger.ModelID](), OrganisationID: i.OrganisationID, IntegrationID: i.ID, Slug: slug,
		Enabled: true, Custom: true, BaseModel: "base", CustomHost: "https://example.com/v1", Sealed: []byte("sealed \x00 headers"),
		RootKeyID: 4294967295, KeyVersion: 3, Pricing: json.RawMessage(`{"type":"static"}`), CreatedAt: at, UpdatedAt: at}
}

// models stores rows, changes them, and sees them with the target.
func models(t *testing.T, w *world) {
	ctx, o := t.Context(), w.ours
	org, of := o.org.ID, o.integration.ID
	first, second := model(o.integration, "a/model:1"), model(o.integration, "B")
	w.update(func(tx *store.Tx) error {
		return errors.Join(tx.PutModel(ctx, first), tx.PutModel(ctx, second), tx.PutModel(ctx, model(w.their.integration, "B")))
	})
	w.hasModels(t, first, second)

	second.Enabled, second.Custom, second.FineTune, second.BaseModel, second.CustomHost = false, false, true, "", ""
	second.Sealed, second.RootKeyID, second.KeyVersion, second.Pricing, second.UpdatedAt = nil, 0, 4, nil, at.Add(time.Minute)
	again := second
	again.CreatedAt = at.Add(time.Hour) // counts for a new row only
	w.update(func(tx *store.Tx) error { return tx.PutModel(ctx, again) })
	w.hasModels(t, first, second)

	other := model(o.integration, "B")
	err := w.store.Update(ctx, func(tx *store.Tx) error { return tx.PutModel(ctx, other) })
	refused(t, "another row of the same slug", err, claviger.Stale)
	err = w.store.Update(ctx, func(tx *store.Tx) error { return tx.DeleteModel(ctx, org, of, "none") })
	refused(t, "deletion of a model that is not there", err, claviger.NotFound)

	theirs := model(w.their.integration, "c")
	theirs.OrganisationID = org
	err = w.store.Update(ctx, func(tx *store.Tx) error { return tx.PutModel(ctx, theirs) })
	refused(t, "a model of their integration", err, claviger.NotFound)
	err = w.store.Update(ctx, func(tx *store.Tx) error { return tx.DeleteModel(ctx, org, w.their.integration.ID, "B") })
	refused(t, "deletion of their model", err, claviger.NotFound)
	w.view(func(tx *store.Tx) error {
		_, err := tx.Models(ctx, org, w.their.integration.ID)
		refused(t, "models of their integration", err, claviger.NotFound)
		return nil
	})

	w.update(func(tx *store.Tx) error { return tx.DeleteModel(ctx, org, of, "a/model:1") })
	w.hasModels(t, second)
	w.update(func(tx *store.Tx) error { return tx.ArchiveIntegration(ctx, o.integration) })
	w.view(func(tx *store.Tx) error {
		_, err := tx.Models(ctx, org, of)
		refused(t, "models of an archived integration", err, claviger.NotFound)
		return nil
	})
	err = w.store.Update(ctx, func(tx *store.Tx) error { return tx.PutModel(ctx, second) })
	refused(t, "a model of an archived integration", err, claviger.NotFound)
}

// hasModels expects our integration and its target to have these rows.
func (w *world) hasModels(t *testing.T, want ...claviger.Model) {
	t.Helper()
	o, bySlug := w.ours, func(a, b claviger.Model) int { return cmp.Compare(a.Slug, b.Slug) }
	slices.SortFunc(want, bySlug)
	w.view(func(tx *store.Tx) error {
		got, err := tx.Models(t.Context(), o.org.ID, o.integration.ID)
		ok(t, err)
		slices.SortFunc(got, bySlug)
		same(t, "models", want, got)
		return nil
	})
	target, err := w.store.Target(t.Context(), o.org.ID, o.workspace.ID, o.provider.Slug)
	ok(t, err)
	slices.SortFunc(target.Models, bySlug)
	same(t, "models of the target", want, target.Models)
}

// tagged finds integrations by their tags, as they are now.
func tagged(t *testing.T, w *world) {
	ctx, o := t.Context(), w.ours
	org := o.org.ID
	two, gone := integration(org, "", "two"), integration(org, "", "gone")
	two.Tags = map[string]string{"env": "test", "team": "a, b=c"}
	w.update(func(tx *store.Tx) error {
		return errors.Join(tx.InsertIntegration(ctx, two), tx.InsertIntegration(ctx, gone), tx.PutGrant(ctx, grant(two, o.workspace.ID)))
	})
	w.update(func(tx *store.Tx) error { return tx.ArchiveIntegration(ctx, gone) })
	find := func(what string, want []string, accessible claviger.WorkspaceID, tags ...claviger.Tag) {
		t.Helper()
		w.view(func(tx *store.Tx) error {
			rows, total, err := tx.Integrations(ctx, org, claviger.IntegrationQuery{AccessibleTo: accessible, Tags: tags, Page: page})
			ok(t, err)
			same(t, what, want, slugs(rows))
			same(t, "total: "+what, len(want), total)
			return nil
		})
	}
	none := []string{}
	find("by name and value", []string{"one"}, "", claviger.Tag{Name: "env", Value: "prod"})
	find("by name", []string{"one", "two"}, "", claviger.Tag{Name: "env"})
	find("by two", []string{"two"}, "", claviger.Tag{Name: "env"}, claviger.Tag{Name: "team", Value: "a, b=c"})
	find("by two that nothing has", none, "", claviger.Tag{Name: "env", Value: "prod"}, claviger.Tag{Name: "team"})
	find("of a workspace", []string{"two"}, o.workspace.ID, claviger.Tag{Name: "team"})
	find("by a name that no store can hold", none, "", claviger.Tag{Name: "\x00"})
	two.Tags = map[string]string{"env": "prod"}
	w.update(func(tx *store.Tx) error { return tx.UpdateIntegration(ctx, two) })
	find("after a change", []string{"one", "two"}, "", claviger.Tag{Name: "env", Value: "prod"})
	find("by a tag that was taken away", none, "", claviger.Tag{Name: "team"})
}
