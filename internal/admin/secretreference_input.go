package admin

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/provider"
	"github.com/claviger/claviger/internal/secret"
	"github.com/claviger/claviger/internal/vault"
)

// SecretReferenceInput is what a request says of a secret reference. On change
// absent fields stay.
type SecretReferenceInput struct {
	Name          Optional[string]
	Description   Optional[string]
	AuthConfig    Optional[map[string]json.RawMessage] // merged field by field
	SecretPath    Optional[string]
	SecretKey     Optional[string] // null: the whole secret
	AllWorkspaces Optional[bool]
	Workspaces    Optional[[]string] // ids or slugs, replaced whole
	Tags          Optional[map[string]string]
	Found         claviger.Problems // wrong already on the wire
}

// empty reports whether in changes nothing.
func (in SecretReferenceInput) empty() bool {
	return !(in.Name.Set || in.Description.Set || in.AuthConfig.Set || in.SecretPath.Set || in.SecretKey.Set ||
		in.AllWorkspaces.Set || in.Workspaces.Set || in.Tags.Set)
}

// Bounds of a secret reference, in characters.
const (
	maxReferenceDescription = 1024
	maxSecretPath           = 1024
	maxSecretKey            = 255
	maxAllowed              = 1000
)

// apply checks in and writes it into r, which has the secrets old, and returns
// those it has now. Nothing is sealed yet.
func (in SecretReferenceInput) apply(ctx context.Context, w *work, r *claviger.SecretReference, old vault.Credentials, p *problems) (vault.Credentials, error) {
	r.Name = in.Name.Or(r.Name)
	r.Description = in.Description.Or(r.Description)
	r.SecretPath = in.SecretPath.Or(r.SecretPath)
	r.SecretKey = in.SecretKey.Or(r.SecretKey)
	r.Tags = in.Tags.Or(r.Tags)
	p.text("name", r.Name, true, maxName)
	p.text("description", r.Description, false, maxReferenceDescription)
	p.text("secret_path", r.SecretPath, true, maxSecretPath)
	p.line("secret_path", r.SecretPath)
	p.text("secret_key", r.SecretKey, false, maxSecretKey)
	p.line("secret_key", r.SecretKey)
	p.metadata("tags", r.Tags)
	now := old
	if m, ok := managers[r.Manager]; ok {
		now = authConfig{m, p}.merge(r, old, in.AuthConfig.Value)
	}
	return now, in.allow(ctx, w, r, p)
}

// line checks a text that may become part of a request.
func (p *problems) line(path, v string) {
	switch {
	case strings.ContainsFunc(v, func(r rune) bool { return r < ' ' || r == 0x7f }):
		p.add(path, "must not hold control characters")
	case strings.TrimSpace(v) != v:
		p.add(path, "must not begin or end with white space")
	}
}

// allow writes who may use r.
func (in SecretReferenceInput) allow(ctx context.Context, w *work, r *claviger.SecretReference, p *problems) error {
	const path = "allowed_workspaces"
	all, saidAll := in.AllWorkspaces.Get()
	list, saidList := in.Workspaces.Get()
	switch {
	case saidList && len(list) == 0:
		p.add(path, "must name at least one workspace")
	case saidList && saidAll && all:
		p.add(path, "cannot be given when allow_all_workspaces is true")
	case len(list) > maxAllowed:
		p.add(path, fmt.Sprintf("may hold at most %d", maxAllowed))
	case saidList:
		r.AllWorkspaces, r.Workspaces = false, nil
		return w.nameAllowed(ctx, r, list, p)
	case saidAll && all:
		r.AllWorkspaces, r.Workspaces = true, nil
	case saidAll && (r.AllWorkspaces || len(r.Workspaces) == 0):
		p.add(path, "is required when allow_all_workspaces is false")
	}
	return nil
}

func (w *work) nameAllowed(ctx context.Context, r *claviger.SecretReference, list []string, p *problems) error {
	for i, said := range list {
		ws, err := w.Workspace(ctx, w.by.OrganisationID, said)
		switch {
		case claviger.CodeOf(err) == claviger.NotFound:
			p.refuse(fmt.Sprintf("allowed_workspaces[%d]", i), "is no workspace")
		case err != nil:
			return err
		case !slices.ContainsFunc(r.Workspaces, func(a claviger.AllowedWorkspace) bool { return a.ID == ws.ID }):
			r.Workspaces = append(r.Workspaces, claviger.AllowedWorkspace{ID: ws.ID, Said: said})
		}
	}
	return nil
}

// authConfig merges and checks how one authenticates to a manager.
type authConfig struct {
	manager
	p *problems
}

// merge puts incoming fields into what r and old have: null removes a field,
// masked_ ones are what we showed, and a secret that equals its mask keeps the
// stored one. Fields that the mode does not use are forgotten, so that no
// secret outlives the mode it was for.
func (a authConfig) merge(r *claviger.SecretReference, old vault.Credentials, in map[string]json.RawMessage) vault.Credentials {
	plain, secrets := map[string]string{}, map[string]secret.String{}
	for name, raw := range r.AuthConfig {
		plain[name], _ = text(raw)
	}
	maps.Copy(secrets, old.Fields)
	for _, name := range slices.Sorted(maps.Keys(in)) {
		a.field(name, in[name], plain, secrets)
	}
	a.check(r, plain, secrets)
	r.AuthConfig = make(map[string]json.RawMessage, len(plain))
	for name, v := range plain {
		r.AuthConfig[name], _ = json.Marshal(v) // strings always encode
	}
	return vault.Credentials{Fields: secrets}
}

// field takes one incoming field. Names that no manager has are left alone: the
// answer's header says that they were ignored.
func (a authConfig) field(name string, raw json.RawMessage, plain map[string]string, secrets map[string]secret.String) {
	at := "auth_config." + name
	if !knownAuthField(name) || string(raw) == `""` || isNull(raw) && !a.has(name) {
		return
	}
	v, isText := text(raw)
	switch {
	case !a.has(name):
		a.p.add(at, "is no field of this manager_type")
	case isNull(raw):
		delete(plain, name)
		delete(secrets, name)
	case !isText:
		a.p.add(at, "must be a string")
	case !secretAuthField(name):
		plain[name] = v
	case v == secrets[name].Mask():
	case looksMasked(v):
		a.p.add(at, maskedValue)
	default:
		secrets[name] = secret.New(v)
	}
}

// check says what is wrong with the fields by their mode, and removes those
// that the mode has no use for.
func (a authConfig) check(r *claviger.SecretReference, plain map[string]string, secrets map[string]secret.String) {
	mode, ok := a.named(plain[a.mode])
	switch {
	case plain[a.mode] == "":
		a.p.add("auth_config."+a.mode, "is required")
	case !ok:
		a.p.add("auth_config."+a.mode, "must be one of "+a.names())
	}
	if !ok {
		return
	}
	for _, name := range mode.needs {
		if plain[name] == "" && secrets[name].IsZero() {
			a.p.add("auth_config."+name, "is required when "+a.mode+" is "+mode.name)
		}
	}
	unused := func(name string) bool { return name != a.mode && !mode.has(name) }
	for name, v := range plain {
		if stored, _ := text(r.AuthConfig[name]); unused(name) && v != stored {
			a.p.add("auth_config."+name, "is not used when "+a.mode+" is "+mode.name)
		}
		a.value(name, v)
	}
	for name, v := range secrets {
		a.value(name, v.Reveal())
	}
	maps.DeleteFunc(plain, func(name string, _ string) bool { return unused(name) })
	maps.DeleteFunc(secrets, func(name string, _ secret.String) bool { return unused(name) })
}

const maxAuthValue = 8 << 10 // bytes

// What becomes part of a host name or a path.
var authForms = map[string]*regexp.Regexp{
	"aws_region":            regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`),
	"azure_entra_tenant_id": regexp.MustCompile(`^[A-Za-z0-9]+([.-][A-Za-z0-9]+)*$`),
}

// value checks one value.
func (a authConfig) value(name, v string) {
	at := "auth_config." + name
	switch form := authForms[name]; {
	case len(v) > maxAuthValue:
		a.p.add(at, fmt.Sprintf("must be at most %d bytes", maxAuthValue))
	case slices.Contains(hostAuthFields, name):
		// Private addresses too: only organisation keys get here.
		if wrong := provider.CheckHost(v, true); wrong != "" {
			a.p.add(at, wrong)
		}
	case form != nil && (len(v) > 63 || !form.MatchString(v)):
		a.p.add(at, "must be letters, digits and inner hyphens or dots, at most 63")
	default:
		a.p.line(at, v)
	}
}
