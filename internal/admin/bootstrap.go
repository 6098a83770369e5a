package admin

import (
	"context"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/authz"
	"github.com/claviger/claviger/internal/secret"
)

// MinGivenKey is the fewest characters of an API key that an operator chose.
const MinGivenKey = 32

// BootstrapInput fixes what the first start makes. A zero key is generated.
type BootstrapInput struct {
	AdminKey     secret.String
	WorkspaceKey secret.String
	Email        string // of the owner; may be empty
}

// Bootstrapped is what the first start made.
type Bootstrapped struct {
	// Existing: there was an organisation already and nothing was done. Keys
	// given for the first start do not change those of an existing store.
	Existing     bool
	Organisation claviger.Organisation
	Workspace    claviger.Workspace
	AdminKey     secret.String
	WorkspaceKey secret.String
}

// Bootstrap makes the organisation, its default workspace, an organisation key
// and a workspace key, each with every scope of its kind, unless there is an
// organisation already.
func (s *Service) Bootstrap(ctx context.Context, in BootstrapInput) (Bootstrapped, error) {
	var made Bootstrapped
	if err := in.check(); err != nil {
		return made, err
	}
	made.AdminKey, made.WorkspaceKey = in.AdminKey, in.WorkspaceKey
	if made.AdminKey.IsZero() {
		made.AdminKey = claviger.NewKey(claviger.OrganisationKey, claviger.ServiceKey)
	}
	if made.WorkspaceKey.IsZero() {
		made.WorkspaceKey = claviger.NewKey(claviger.WorkspaceKey, claviger.ServiceKey)
	}
	err := s.update(ctx, authz.Caller{}, func(w *work) error {
		there, err := w.Organisations(ctx)
		if err != nil {
			return err
		}
		if len(there) > 0 {
			made = Bootstrapped{Existing: true, Organisation: there[0]}
			return nil
		}
		return w.bootstrap(ctx, in.Email, &made)
	})
	return made, err
}

func (in BootstrapInput) check() error {
	var p claviger.Problems
	for name, k := range map[string]secret.String{"admin key": in.AdminKey, "workspace key": in.WorkspaceKey} {
		if !k.IsZero() && len(k.Reveal()) < MinGivenKey {
			p.Add(name, "must have 32 characters or more")
		}
	}
	if !in.AdminKey.IsZero() && in.AdminKey.Reveal() == in.WorkspaceKey.Reveal() {
		p.Add("workspace key", "must not be the admin key")
	}
	return p.Err()
}

func (w *work) bootstrap(ctx context.Context, email string, made *Bootstrapped) (err error) {
	made.Organisation, made.Workspace, err = w.newOrganisation(ctx, "Default", email, "bootstrap")
	if err != nil {
		return err
	}
	if _, err := w.firstKey(ctx, "Organisation admin", claviger.OrganisationKey, "", made.AdminKey); err != nil {
		return err
	}
	_, err = w.firstKey(ctx, "Default workspace", claviger.WorkspaceKey, made.Workspace.ID, made.WorkspaceKey)
	return err
}

// firstKey stores a service key with every scope of its kind.
func (w *work) firstKey(ctx context.Context, name string, t claviger.KeyType, ws claviger.WorkspaceID, plain secret.String) (claviger.APIKey, error) {
	return w.insertKey(ctx, claviger.APIKey{
		ID: claviger.NewID[claviger.APIKeyID](), OrganisationID: w.by.OrganisationID, WorkspaceID: ws,
		Type: t, SubType: claviger.ServiceKey, Name: name, Scopes: claviger.AllScopes(t, claviger.ServiceKey),
		Status: claviger.Active, CreationMode: "auto", CreatedAt: w.now, UpdatedAt: w.now, Version: 1,
	}, plain)
}

// operator is the one at the command line.
func operator(org claviger.OrganisationID, command string) authz.Caller {
	return authz.Caller{OrganisationID: org, Type: claviger.OrganisationKey, Origin: authz.Origin{Method: "CLI", URI: command}}
}
