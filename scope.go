package claviger

import "slices"

// Scope is one permission of an API key, "family.verb". The list and who may
// hold what follow the documented scopes of the API this one is compatible with.
type Scope string

// holders says which kinds of key may hold a scope.
type holders struct{ organisation, service, user bool }

var (
	onlyOrganisation = holders{organisation: true}
	orgAndService    = holders{organisation: true, service: true}
	allKinds         = holders{true, true, true}
	onlyWorkspace    = holders{service: true, user: true}
	crudl            = []string{"create", "read", "update", "delete", "list"}
	scopes           = scopeTable()
)

func scopeTable() map[Scope]holders {
	t := map[Scope]holders{}
	add := func(h holders, family string, verbs ...string) {
		for _, v := range verbs {
			t[Scope(family+"."+v)] = h
		}
	}
	for _, f := range []string{"organisation_users", "organisation_guardrails", "deployments", "secret_references"} {
		add(onlyOrganisation, f, crudl...)
	}
	add(onlyOrganisation, "organisation_service_api_keys", append(crudl, "rotate")...)
	add(onlyOrganisation, "organisation_settings", "read", "update")
	add(onlyOrganisation, "organisation_exclusions", "list", "update")
	add(onlyOrganisation, "audit_logs", "list")
	add(onlyOrganisation, "plugins", "create", "update", "list")
	add(onlyOrganisation, "workspaces", "create", "delete")
	add(allKinds, "workspaces", "read", "update", "list")
	for _, f := range []string{"workspace_service_api_keys", "workspace_user_api_keys"} {
		add(orgAndService, f, append(crudl, "rotate")...)
	}
	add(allKinds, "prompts", append(crudl, "publish")...)
	add(onlyWorkspace, "prompts", "render")
	for _, f := range []string{"workspace_users", "configs", "guardrails", "providers", "policies", "virtual_keys",
		"workspace_integrations", "workspace_mcp_integrations", "workspace_agent_integrations",
		"agent_servers", "mcp_servers"} {
		add(allKinds, f, crudl...)
	}
	add(onlyWorkspace, "guardrails", "invoke")
	add(allKinds, "virtual_keys", "duplicate", "copy")
	for _, f := range []string{"organisation_integrations", "organisation_mcp_integrations", "organisation_agent_integrations"} {
		add(onlyOrganisation, f, "create", "read", "update", "delete")
		add(allKinds, f, "list")
	}
	add(allKinds, "analytics", "view")
	add(allKinds, "logs", "export", "list", "view", "read", "write")
	add(onlyWorkspace, "completions", "write")
	add(onlyWorkspace, "models", "list")
	add(onlyWorkspace, "mcp", "invoke")
	add(onlyWorkspace, "agents", "invoke")
	return t
}

// MayHold reports whether a key of that kind may hold s. It is false for a
// scope that does not exist.
func (s Scope) MayHold(t KeyType, sub KeySubType) bool {
	h := scopes[s]
	switch {
	case t == OrganisationKey:
		return h.organisation
	case sub == UserKey:
		return h.user
	default:
		return h.service
	}
}

// Known reports whether s is a scope at all.
func (s Scope) Known() bool { _, ok := scopes[s]; return ok }

// AllScopes lists, sorted, every scope a key of that kind may hold.
func AllScopes(t KeyType, sub KeySubType) []Scope {
	var out []Scope
	for s := range scopes {
		if s.MayHold(t, sub) {
			out = append(out, s)
		}
	}
	slices.Sort(out)
	return out
}
