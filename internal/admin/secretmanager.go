package admin

import (
	"fmt"
	"slices"
	"strings"

	claviger "github.com/claviger/claviger"
)

// manager declares a kind of secret manager: how one authenticates to it, and
// with which fields. All values are texts.
type manager struct {
	mode  string // the field that names the mode
	modes []authMode
}

// authMode is one way to authenticate.
type authMode struct {
	name       string
	needs, may []string // fields
}

// The fields with a rule of their own. Everything that is no plain field is
// sensitive: it is sealed, and shown masked.
var (
	plainAuthFields = []string{
		"aws_auth_type", "aws_region",
		"azure_auth_mode", "azure_entra_tenant_id", "azure_entra_client_id", "azure_managed_client_id", "azure_vault_url",
		"vault_auth_type", "vault_addr", "vault_role", "vault_role_id", "vault_namespace",
	}
	hostAuthFields = []string{"azure_vault_url", "vault_addr"}
)

var managers = map[claviger.ManagerType]manager{
	claviger.AWSSecretsManager: {"aws_auth_type", []authMode{
		{"accessKey", []string{"aws_access_key_id", "aws_secret_access_key", "aws_region"}, nil},
		{"assumedRole", []string{"aws_role_arn", "aws_region"}, []string{"aws_external_id"}},
		{"serviceRole", nil, []string{"aws_region"}},
	}},
	claviger.AzureKeyVault: {"azure_auth_mode", []authMode{
		{"entra", []string{"azure_entra_tenant_id", "azure_entra_client_id", "azure_entra_client_secret", "azure_vault_url"}, nil},
		{"managed", []string{"azure_vault_url"}, []string{"azure_managed_client_id"}},
		{"default", []string{"azure_vault_url"}, nil},
	}},
	claviger.HashicorpVault: {"vault_auth_type", []authMode{
		{"token", []string{"vault_addr", "vault_token"}, []string{"vault_namespace"}},
		{"approle", []string{"vault_addr", "vault_role_id", "vault_secret_id"}, []string{"vault_namespace"}},
		{"kubernetes", []string{"vault_addr", "vault_role"}, []string{"vault_namespace"}},
	}},
}

// ManagerTypes lists the kinds of secret manager.
func ManagerTypes() []claviger.ManagerType {
	return []claviger.ManagerType{claviger.AWSSecretsManager, claviger.AzureKeyVault, claviger.HashicorpVault}
}

// AuthField is a field of auth_config, for the document.
type AuthField struct {
	Name    string
	Help    string // where it belongs
	Choices []string
	Secret  bool
}

// AuthFields lists the fields of auth_config of all managers.
func AuthFields() []AuthField {
	var out []AuthField
	for _, t := range ManagerTypes() {
		m := managers[t]
		mode := AuthField{Name: m.mode, Help: "For " + string(t) + "."}
		var fields []AuthField
		for _, a := range m.modes {
			mode.Choices = append(mode.Choices, a.name)
			for i, name := range append(slices.Clone(a.needs), a.may...) {
				said := fmt.Sprintf("For %s %s", m.mode, a.name)
				if i < len(a.needs) {
					said += ", required"
				}
				at := slices.IndexFunc(fields, func(f AuthField) bool { return f.Name == name })
				if at < 0 {
					fields = append(fields, AuthField{Name: name, Secret: secretAuthField(name)})
					at = len(fields) - 1
				}
				fields[at].Help += said + ". "
			}
		}
		out = append(append(out, mode), fields...)
	}
	for i := range out {
		out[i].Help = strings.TrimSpace(out[i].Help)
	}
	return out
}

func secretAuthField(name string) bool { return !slices.Contains(plainAuthFields, name) }

// has reports whether m has a field of that name, in whatever mode.
func (m manager) has(name string) bool {
	return name == m.mode || slices.ContainsFunc(m.modes, func(a authMode) bool { return a.has(name) })
}

func (a authMode) has(name string) bool {
	return slices.Contains(a.needs, name) || slices.Contains(a.may, name)
}

// named is the mode of that name.
func (m manager) named(name string) (authMode, bool) {
	for _, a := range m.modes {
		if a.name == name {
			return a, true
		}
	}
	return authMode{}, false
}

func (m manager) names() string {
	var out []string
	for _, a := range m.modes {
		out = append(out, a.name)
	}
	return strings.Join(out, ", ")
}

// knownAuthField reports whether any manager has a field of that name.
func knownAuthField(name string) bool {
	for _, m := range managers {
		if m.has(name) {
			return true
		}
	}
	return false
}
