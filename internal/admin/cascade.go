package admin

import (
	"context"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/audit"
)

// recordContents records, thing by thing, what goes with a workspace, and the
// secret references that it may use no more.
func (w *work) recordContents(ctx context.Context, ws claviger.WorkspaceID) error {
	org := w.by.OrganisationID
	err := eachOf(func(page claviger.Page) ([]claviger.APIKey, int, error) {
		return w.APIKeys(ctx, org, claviger.APIKeyQuery{WorkspaceID: ws, Page: page})
	}, func(k claviger.APIKey) error {
		change := audit.Change{Action: "delete", ResourceID: string(k.ID), WorkspaceID: ws, Before: apiKeyFields(k)}
		return w.record(ctx, claviger.APIKeyChanged, change)
	})
	if err != nil {
		return err
	}
	if err := w.recordProviders(ctx, claviger.ProviderQuery{WorkspaceID: ws}, ""); err != nil {
		return err
	}
	for _, kind := range []claviger.PolicyKind{claviger.UsagePolicy, claviger.RatePolicy} {
		err := eachOf(func(page claviger.Page) ([]claviger.Policy, int, error) {
			return w.Policies(ctx, org, claviger.PolicyQuery{Kind: kind, WorkspaceID: ws, Status: claviger.Active, Page: page})
		}, func(p claviger.Policy) error { return w.recordPolicy(ctx, "delete", &p, nil, "") })
		if err != nil {
			return err
		}
	}
	err = eachOf(func(page claviger.Page) ([]claviger.Integration, int, error) {
		return w.Integrations(ctx, org, claviger.IntegrationQuery{AccessibleTo: ws, Type: "workspace", Page: page})
	}, func(i claviger.Integration) error {
		if err := w.recordProviders(ctx, claviger.ProviderQuery{IntegrationID: i.ID}, ws); err != nil {
			return err
		}
		return w.recordDeletion(ctx, i)
	})
	if err != nil {
		return err
	}
	return eachOf(func(page claviger.Page) ([]claviger.SecretReference, int, error) {
		return w.SecretReferences(ctx, org, claviger.SecretReferenceQuery{AllowedTo: ws, Page: page})
	}, func(r claviger.SecretReference) error { return w.recordClosed(ctx, r.ID, ws) })
}

// recordProviders records that providers go, but for those of a workspace that
// are recorded already.
func (w *work) recordProviders(ctx context.Context, q claviger.ProviderQuery, but claviger.WorkspaceID) error {
	return eachOf(func(page claviger.Page) ([]claviger.Provider, int, error) {
		q.Page = page
		return w.Providers(ctx, w.by.OrganisationID, q)
	}, func(row claviger.Provider) error {
		if row.WorkspaceID == but {
			return nil
		}
		return w.record(ctx, claviger.ProviderChanged, audit.Change{
			Action: "delete", ResourceID: string(row.ID), WorkspaceID: row.WorkspaceID, Before: providerFields(row),
		})
	})
}

// recordClosed records that a workspace which goes is no more among those that
// may use a secret reference.
func (w *work) recordClosed(ctx context.Context, id claviger.SecretReferenceID, ws claviger.WorkspaceID) error {
	r, err := w.SecretReference(ctx, w.by.OrganisationID, string(id))
	if err != nil {
		return err
	}
	before, after := []claviger.WorkspaceID{}, []claviger.WorkspaceID{}
	for _, allowed := range r.Workspaces {
		before = append(before, allowed.ID)
		if allowed.ID != ws {
			after = append(after, allowed.ID)
		}
	}
	return w.record(ctx, claviger.SecretReferenceChanged, audit.Change{
		Action: "update", ResourceID: string(r.ID),
		Before: audit.Fields{"slug": r.Slug, "allowed_workspaces": before},
		After:  audit.Fields{"slug": r.Slug, "allowed_workspaces": after},
	})
}

// eachOf calls each for every row of all pages of a list, which must not change
// meanwhile.
func eachOf[T any](list func(claviger.Page) ([]T, int, error), each func(T) error) error {
	const size = 500
	for n := 0; ; n++ {
		rows, total, err := list(claviger.Page{Number: n, Size: size})
		if err != nil {
			return err
		}
		for _, row := range rows {
			if err := each(row); err != nil {
				return err
			}
		}
		if (n+1)*size >= total {
			return nil
		}
	}
}
