package admin

import (
	"context"
	"strings"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/audit"
	"github.com/claviger/claviger/internal/authz"
	"github.com/claviger/claviger/internal/secret"
)

// Organisations are made by the operator at the command line only: no API key
// reaches beyond its own.

// newOrganisation makes an organisation and its default workspace, and from
// then on works in its name.
func (w *work) newOrganisation(ctx context.Context, name, email, command string) (claviger.Organisation, claviger.Workspace, error) {
	org := claviger.Organisation{ID: claviger.NewID[claviger.OrganisationID](), Name: name, Email: email, CreatedAt: w.now}
	ws := claviger.Workspace{
		ID: claviger.NewID[claviger.WorkspaceID](), OrganisationID: org.ID, Slug: claviger.NewSlug("ws-", "default", 7),
		Name: "Default", IsDefault: true, Status: claviger.Active, CreatedAt: w.now, UpdatedAt: w.now, Version: 1,
	}
	if err := w.InsertOrganisation(ctx, org); err != nil {
		return org, ws, err
	}
	w.by = operator(org.ID, command)
	err := w.record(ctx, "organisation", audit.Change{
		Action: "create", ResourceID: string(org.ID), After: audit.Fields{"id": org.ID, "name": org.Name, "email": org.Email},
	})
	if err != nil {
		return org, ws, err
	}
	return org, ws, w.insertWorkspace(ctx, ws)
}

// NewOrganisation is what was made, with the key that administers it, which is
// shown this once.
type NewOrganisation struct {
	Organisation claviger.Organisation
	Workspace    claviger.Workspace
	KeyID        claviger.APIKeyID
	AdminKey     secret.String
}

// CreateOrganisation makes another organisation with a default workspace and an
// admin key. A name that is taken is a Conflict; before the first start there
// is none to add to, which is NotFound.
func (s *Service) CreateOrganisation(ctx context.Context, name, email string) (made NewOrganisation, err error) {
	name = strings.TrimSpace(name)
	var p problems
	p.text("name", name, true, maxName)
	if claviger.IsUUID(name) {
		p.add("name", "must not have the shape of a UUID")
	}
	if err := p.err(); err != nil {
		return made, err
	}
	made.AdminKey = claviger.NewKey(claviger.OrganisationKey, claviger.ServiceKey)
	err = s.update(ctx, authz.Caller{}, func(w *work) error {
		there, err := w.Organisations(ctx)
		if err != nil {
			return err
		}
		if len(there) == 0 {
			return claviger.Missing("organisation")
		}
		for _, o := range there {
			if o.Name == name {
				return claviger.Fail(claviger.Conflict, "there is an organisation of that name already")
			}
		}
		made.Organisation, made.Workspace, err = w.newOrganisation(ctx, name, email, "organisation create")
		if err != nil {
			return err
		}
		k, err := w.firstKey(ctx, "Organisation admin", claviger.OrganisationKey, "", made.AdminKey)
		made.KeyID = k.ID
		return err
	})
	return made, err
}

// Organisations lists all there are, oldest first, for the operator.
func (s *Service) Organisations(ctx context.Context) (list []claviger.Organisation, err error) {
	err = s.store.View(ctx, func(tx Tx) error {
		list, err = tx.Organisations(ctx)
		return err
	})
	return list, err
}

// NewAdminKey makes another organisation key with every scope, for an operator
// who lost the first. ref is the id or the name of the organisation; it may be
// left out while there is only one. It is NotFound before the first start.
func (s *Service) NewAdminKey(ctx context.Context, ref string) (k claviger.APIKey, plain secret.String, err error) {
	plain = claviger.NewKey(claviger.OrganisationKey, claviger.ServiceKey)
	err = s.update(ctx, authz.Caller{}, func(w *work) error {
		there, err := w.Organisations(ctx)
		if err != nil {
			return err
		}
		org, err := organisationOf(there, ref)
		if err != nil {
			return err
		}
		w.by = operator(org, "admin-key")
		k, err = w.firstKey(ctx, "Organisation admin (command line)", claviger.OrganisationKey, "", plain)
		return err
	})
	return k, plain, err
}

// organisationOf is the one organisation that ref names.
func organisationOf(there []claviger.Organisation, ref string) (claviger.OrganisationID, error) {
	switch {
	case len(there) == 0:
		return "", claviger.Missing("organisation")
	case ref == "" && len(there) == 1:
		return there[0].ID, nil
	case ref == "":
		return "", claviger.Fail(claviger.Invalid, "there is more than one organisation: say whose key to make")
	}
	for _, o := range there {
		if o.Name == ref || string(o.ID) == strings.ToLower(ref) {
			return o.ID, nil
		}
	}
	return "", claviger.Missing("organisation")
}
