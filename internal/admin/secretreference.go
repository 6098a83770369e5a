package admin

import (
	"context"
	"encoding/json"
	"maps"
	"slices"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/audit"
	"github.com/claviger/claviger/internal/authz"
	"github.com/claviger/claviger/internal/vault"
)

// SecretReferenceDetail is a secret reference as it may be shown.
type SecretReferenceDetail struct {
	claviger.SecretReference
	// AuthConfig is masked, by wire name; never nil. It takes the place of the
	// stored one.
	AuthConfig map[string]json.RawMessage
}

// SecretReference is the secret reference that ref, an id or a slug, names.
func (s *Service) SecretReference(ctx context.Context, by authz.Caller, ref string) (d SecretReferenceDetail, err error) {
	if err := by.Allow("secret_references.read"); err != nil {
		return d, err
	}
	err = s.store.View(ctx, func(tx Tx) error {
		r, err := tx.SecretReference(ctx, by.OrganisationID, ref)
		if err != nil {
			return err
		}
		c, err := s.openReference(r)
		if err != nil {
			return err
		}
		d = SecretReferenceDetail{SecretReference: r, AuthConfig: maskedAuth(r, c)}
		return nil
	})
	return d, err
}

// SecretReferenceFilter selects secret references of a list.
type SecretReferenceFilter struct {
	Manager string
	Search  string // part of the name
	Tags    string // a JSON object: all of them, with these values
	Page    claviger.Page
}

// SecretReferences lists the organisation's secret references, and how many
// there are in all.
func (s *Service) SecretReferences(ctx context.Context, by authz.Caller, f SecretReferenceFilter) (list []claviger.SecretReference, total int, err error) {
	if err := by.Allow("secret_references.list"); err != nil {
		return nil, 0, err
	}
	p := &problems{}
	q := claviger.SecretReferenceQuery{Manager: claviger.ManagerType(f.Manager), Name: f.Search, Page: f.Page}
	if f.Manager != "" {
		p.manager("manager_type", q.Manager)
	}
	p.text("search", f.Search, false, maxName)
	if f.Tags != "" && json.Unmarshal([]byte(f.Tags), &q.Tags) != nil {
		p.add("tags", "must be a JSON object of texts")
	}
	p.metadata("tags", q.Tags)
	if err := p.err(); err != nil {
		return nil, 0, err
	}
	err = s.store.View(ctx, func(tx Tx) error {
		list, total, err = tx.SecretReferences(ctx, by.OrganisationID, q)
		return err
	})
	return list, total, err
}

func (p *problems) manager(path string, t claviger.ManagerType) {
	switch _, known := managers[t]; {
	case t == "":
		p.add(path, "is required")
	case !known:
		p.add(path, "must be one of aws_sm, azure_kv, hashicorp_vault")
	}
}

// openReference is what is secret of the way to the manager.
func (s *Service) openReference(r claviger.SecretReference) (vault.Credentials, error) {
	return s.vault.OpenCredentials(vault.ReferenceBinding(r), r.Sealed)
}

// maskedAuth is the auth_config as it may be shown: a secret f as masked_f.
func maskedAuth(r claviger.SecretReference, c vault.Credentials) map[string]json.RawMessage {
	out := map[string]json.RawMessage{}
	for name, raw := range r.AuthConfig {
		if slices.Contains(plainAuthFields, name) {
			out[name] = raw
		}
	}
	for name, v := range c.Fields {
		out["masked_"+name], _ = json.Marshal(v.Mask()) // strings always encode
	}
	return out
}

func secretReferenceFields(r claviger.SecretReference, c vault.Credentials) audit.Fields {
	var allowed []claviger.WorkspaceID
	for _, w := range r.Workspaces {
		allowed = append(allowed, w.ID)
	}
	return audit.Fields{
		"id": r.ID, "slug": r.Slug, "name": r.Name, "description": r.Description, "manager_type": r.Manager,
		"auth_config": r.AuthConfig, "secret_auth_config": maps.Clone(c.Fields), "secret_path": r.SecretPath,
		"secret_key": r.SecretKey, "allow_all_workspaces": r.AllWorkspaces, "allowed_workspaces": allowed, "tags": r.Tags,
		"key_version": r.KeyVersion,
	}
}
