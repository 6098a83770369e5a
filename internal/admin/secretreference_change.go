package admin

import (
	"cmp"
	"context"
	"fmt"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/audit"
	"github.com/claviger/claviger/internal/authz"
	"github.com/claviger/claviger/internal/vault"
)

// NewSecretReference asks for a secret reference.
type NewSecretReference struct {
	Manager string
	Slug    string // "" for a generated one
	SecretReferenceInput
}

// CreateSecretReference stores where a secret lives. Whether it is there is
// found out when it is needed.
func (s *Service) CreateSecretReference(ctx context.Context, by authz.Caller, in NewSecretReference) (made claviger.SecretReference, err error) {
	if err := by.Allow("secret_references.create"); err != nil {
		return made, err
	}
	err = s.update(ctx, by, func(w *work) error {
		r := claviger.SecretReference{
			ID: claviger.NewID[claviger.SecretReferenceID](), OrganisationID: by.OrganisationID,
			Manager: claviger.ManagerType(in.Manager), AllWorkspaces: true, Status: claviger.Active,
			CreatedBy: cmp.Or(string(by.KeyID), OwnerID(by.OrganisationID)), CreatedAt: w.now, UpdatedAt: w.now, Version: 1,
		}
		p := startWith(in.Found)
		p.manager("manager_type", r.Manager)
		p.slug("slug", in.Slug)
		if !in.AuthConfig.Set {
			p.add("auth_config", "is required")
		}
		secrets, err := in.apply(ctx, w, &r, vault.Credentials{}, p)
		if err != nil {
			return err
		}
		if err := p.err(); err != nil {
			return err
		}
		r.Slug = cmp.Or(in.Slug, claviger.NewSlug("", r.Name, 15))
		if err := w.sealReference(&r, vault.Credentials{}, secrets); err != nil {
			return err
		}
		made = r
		return w.insertReference(ctx, r, secrets)
	})
	return made, err
}

func (w *work) insertReference(ctx context.Context, r claviger.SecretReference, secrets vault.Credentials) error {
	err := w.InsertSecretReference(ctx, r)
	if claviger.CodeOf(err) == claviger.Conflict {
		var p claviger.Problems
		p.Add("slug", "is taken")
		return p.Err()
	}
	if err != nil {
		return err
	}
	return w.record(ctx, claviger.SecretReferenceChanged, audit.Change{
		Action: "create", ResourceID: string(r.ID), After: secretReferenceFields(r, secrets),
	})
}

// sealReference seals the secrets of r anew when they changed.
func (w *work) sealReference(r *claviger.SecretReference, old, now vault.Credentials) (err error) {
	if sameSecrets(old, now) && r.KeyVersion > 0 {
		return nil
	}
	r.KeyVersion++
	r.Sealed, r.RootKeyID, err = w.s.vault.SealCredentials(vault.ReferenceBinding(*r), now)
	return err
}

// UpdateSecretReference changes what in names. The manager and the slug of a
// secret reference never change, and no integration loses it: whoever takes it
// from a workspace changes the integrations there first.
func (s *Service) UpdateSecretReference(ctx context.Context, by authz.Caller, ref string, in SecretReferenceInput) error {
	if err := by.Allow("secret_references.update"); err != nil {
		return err
	}
	return s.update(ctx, by, func(w *work) error {
		old, err := w.SecretReference(ctx, by.OrganisationID, ref)
		if err != nil {
			return err
		}
		if in.empty() && len(in.Found) == 0 {
			return claviger.Fail(claviger.Invalid, "No valid fields to update")
		}
		had, err := s.openReference(old)
		if err != nil {
			return err
		}
		r, p := old, startWith(in.Found)
		has, err := in.apply(ctx, w, &r, had, p)
		if err != nil {
			return err
		}
		if err := p.err(); err != nil {
			return err
		}
		if err := w.sealReference(&r, had, has); err != nil {
			return err
		}
		r.UpdatedAt = w.now
		if err := w.UpdateSecretReference(ctx, r); err != nil {
			return err
		}
		if err := w.nobodyLeftOut(ctx, r); err != nil {
			return err
		}
		return w.record(ctx, claviger.SecretReferenceChanged, audit.Change{
			Action: "update", ResourceID: string(r.ID), Before: secretReferenceFields(old, had), After: secretReferenceFields(r, has),
		})
	})
}

// nobodyLeftOut refuses to close r, as it is stored now, to an integration that
// reads through it.
func (w *work) nobodyLeftOut(ctx context.Context, r claviger.SecretReference) error {
	if r.AllWorkspaces {
		return nil
	}
	n, err := w.SecretUsesOutside(ctx, r.OrganisationID, r.ID)
	if err != nil || n == 0 {
		return err
	}
	var p claviger.Problems
	p.Add("allowed_workspaces", fmt.Sprintf("leaves out %s that %s it", count(n, "integration"), map[bool]string{true: "uses", false: "use"}[n == 1]))
	return p.Err()
}

// count is a number with its noun.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// DeleteSecretReference archives a secret reference that nothing uses and wipes
// its secrets.
func (s *Service) DeleteSecretReference(ctx context.Context, by authz.Caller, ref string) error {
	if err := by.Allow("secret_references.delete"); err != nil {
		return err
	}
	return s.update(ctx, by, func(w *work) error {
		r, err := w.SecretReference(ctx, by.OrganisationID, ref)
		if err != nil {
			return err
		}
		uses, err := w.SecretUses(ctx, by.OrganisationID, r.ID)
		if err != nil {
			return err
		}
		if uses.Integrations > 0 {
			return claviger.Fail(claviger.Invalid, fmt.Sprintf("Secret reference is in use by %s and %s",
				count(uses.Integrations, "integration"), count(uses.VirtualKeys, "virtual key")))
		}
		// Secrets that cannot be opened any more must not keep it from going.
		had, err := s.openReference(r)
		before := secretReferenceFields(r, had)
		if err != nil {
			s.log.WarnContext(ctx, "deleting a secret reference that cannot be opened", "secret_reference", r.ID, "error", err)
			before["secret_auth_config"] = "unreadable"
		}
		r.UpdatedAt = w.now
		if err := w.ArchiveSecretReference(ctx, r); err != nil {
			return err
		}
		return w.record(ctx, claviger.SecretReferenceChanged, audit.Change{
			Action: "delete", ResourceID: string(r.ID), Before: before,
		})
	})
}
