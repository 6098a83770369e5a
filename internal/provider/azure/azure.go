// Package azure is what the kinds of provider on Azure share: the ways to
// authenticate, their configuration fields, and Entra's tokens.
package azure

import "github.com/claviger/claviger/internal/provider"

// The modes of azure_auth_mode.
const (
	Default        = "default"
	Entra          = "entra"
	Managed        = "managed"
	Workload       = "workload"
	EntraFederated = "entraFederated"
)

const notYet = "tokens of the server's own identity are not fetched yet"

// Auth are the ways to authenticate.
func Auth() provider.Auth {
	return provider.Auth{
		Field: "azure_auth_mode", Help: "How to authenticate", Default: Default,
		Modes: []provider.Mode{
			{Name: Default, Help: "With the resource's key", Needs: []string{"key"}},
			{Name: Entra, Help: "With a token of an app registration, got with its client secret",
				Needs: []string{"azure_entra_tenant_id", "azure_entra_client_id", "azure_entra_client_secret"}},
			{Name: Managed, Help: "With the managed identity of the machine that the server runs on",
				Uses: []string{"azure_managed_client_id"}, Ambient: true, NotCallable: notYet},
			{Name: Workload, Help: "With the workload identity of the pod that the server runs in",
				Needs:   []string{"azure_workload_tenant_id", "azure_workload_client_id"},
				Ambient: true, NotCallable: notYet},
			{Name: EntraFederated, Help: "With a token of an app registration, got with a federated identity and no secret",
				Needs:   []string{"azure_entra_tenant_id", "azure_entra_client_id"},
				Ambient: true, NotCallable: notYet},
		},
	}
}

// Fields are the fields of the modes.
func Fields() []provider.Field {
	return []provider.Field{
		{Name: "azure_entra_tenant_id", Help: "Tenant of the app registration", Format: provider.Domain},
		{Name: "azure_entra_client_id", Help: "Client id of the app registration"},
		{Name: "azure_entra_client_secret", Help: "Client secret of the app registration", Secret: true},
		{Name: "azure_managed_client_id", Help: "Client id of a user-assigned managed identity"},
		{Name: "azure_workload_tenant_id", Help: "Tenant of the workload identity", Format: provider.Domain},
		{Name: "azure_workload_client_id", Help: "Client id of the workload identity"},
	}
}
