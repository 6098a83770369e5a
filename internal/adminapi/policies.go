package adminapi

import (
	"cmp"
	"context"
	"net/http"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/admin"
	"github.com/claviger/claviger/internal/authz"
)

const (
	policiesPage = 100

	usagePoliciesPath = "/policies/usage-limits"
	usagePolicyPath   = usagePoliciesPath + "/{id}"
	ratePoliciesPath  = "/policies/rate-limits"
	ratePolicyPath    = ratePoliciesPath + "/{id}"
)

func (a *api) policies() {
	op := func(id, method, path, summary, verb string, body int64) operation {
		return operation{ID: id, Method: method, Path: path, Summary: summary, Tag: "Policies",
			Scopes: []claviger.Scope{claviger.Scope("policies." + verb)}, Body: body}
	}
	register(a, op("create-usage-limits-policy", http.MethodPost, usagePoliciesPath, "Bound what requests of a kind may use", "create", fullBody), a.createUsagePolicy)
	register(a, op("list-usage-limits-policies", http.MethodGet, usagePoliciesPath, "List the usage-limit policies of a workspace", "list", noBody), a.listUsagePolicies)
	register(a, op("get-usage-limits-policy", http.MethodGet, usagePolicyPath, "Read a usage-limit policy", "read", noBody), a.getUsagePolicy)
	register(a, op("update-usage-limits-policy", http.MethodPut, usagePolicyPath, "Change a usage-limit policy", "update", fullBody), a.updateUsagePolicy)
	register(a, op("delete-usage-limits-policy", http.MethodDelete, usagePolicyPath, "Archive a usage-limit policy", "delete", noBody), a.deleteUsagePolicy)
	register(a, op("list-usage-limits-policy-entities", http.MethodGet, usagePolicyPath+"/entities", "List what a usage-limit policy counts apart", "read", noBody), a.listGroups)
	register(a, op("reset-usage-limits-policy-entity", http.MethodPut, usagePolicyPath+"/entities/{entity}/reset", "Count a group of requests from zero", "update", noBody), a.resetGroup)
	register(a, op("create-rate-limits-policy", http.MethodPost, ratePoliciesPath, "Bound the rate of requests of a kind", "create", fullBody), a.createRatePolicy)
	register(a, op("list-rate-limits-policies", http.MethodGet, ratePoliciesPath, "List the rate-limit policies of a workspace", "list", noBody), a.listRatePolicies)
	register(a, op("get-rate-limits-policy", http.MethodGet, ratePolicyPath, "Read a rate-limit policy", "read", noBody), a.getRatePolicy)
	register(a, op("update-rate-limits-policy", http.MethodPut, ratePolicyPath, "Change a rate-limit policy", "update", fullBody), a.updateRatePolicy)
	register(a, op("delete-rate-limits-policy", http.MethodDelete, ratePolicyPath, "Archive a rate-limit policy", "delete", noBody), a.deleteRatePolicy)
}

// PolicyCreated names a policy that was made.
type PolicyCreated struct {
	ID     string `json:"id" format:"uuid"`
	Object string `json:"object" enum:"policy_usage_limits,policy_rate_limits"`
}

func policyObject(kind claviger.PolicyKind) string { return "policy_" + string(kind) }

func (a *api) createUsagePolicy(ctx context.Context, by authz.Caller, in *struct {
	InWorkspace
	Body Body[NewUsagePolicyRequest]
}) (PolicyCreated, error) {
	v := in.Body.Value
	return a.createPolicy(ctx, by, claviger.UsagePolicy, cmp.Or(v.WorkspaceID, in.WorkspaceID), v.usage(in.Body.Found, in.Body.names()))
}

func (a *api) createRatePolicy(ctx context.Context, by authz.Caller, in *struct {
	InWorkspace
	Body Body[NewRatePolicyRequest]
}) (PolicyCreated, error) {
	v := in.Body.Value
	return a.createPolicy(ctx, by, claviger.RatePolicy, cmp.Or(v.WorkspaceID, in.WorkspaceID), v.rate(in.Body.Found, in.Body.names()))
}

func (a *api) createPolicy(ctx context.Context, by authz.Caller, kind claviger.PolicyKind, workspace string, in admin.PolicyInput) (PolicyCreated, error) {
	p, err := a.admin.CreatePolicy(ctx, by, kind, workspace, in)
	return PolicyCreated{ID: string(p.ID), Object: policyObject(kind)}, err
}

// PolicyList selects policies of a workspace.
type PolicyList struct {
	Paging
	InWorkspace
	Status string `query:"status" doc:"active, unless it says archived."`
	Type   string `query:"type"`
}

func (l PolicyList) filter() admin.PolicyFilter {
	return admin.PolicyFilter{Workspace: l.WorkspaceID, Status: l.Status, Type: l.Type, Page: l.page(policiesPage)}
}

func (a *api) listUsagePolicies(ctx context.Context, by authz.Caller, in *PolicyList) (list[UsagePolicy], error) {
	all, total, err := a.admin.Policies(ctx, by, claviger.UsagePolicy, in.filter())
	return listOf(all, total, a.usagePolicyWire), err
}

func (a *api) listRatePolicies(ctx context.Context, by authz.Caller, in *struct {
	PolicyList
	Unit string `query:"unit"`
}) (list[RatePolicy], error) {
	f := in.filter()
	f.Unit = in.Unit
	all, total, err := a.admin.Policies(ctx, by, claviger.RatePolicy, f)
	return listOf(all, total, a.ratePolicyWire), err
}

// PolicyRef names a policy.
type PolicyRef struct {
	ID string `path:"id" doc:"UUID."`
}

// PolicyState says whether an archived policy is meant.
type PolicyState struct {
	Status string `query:"status" doc:"active, unless it says archived."`
}

func (a *api) getUsagePolicy(ctx context.Context, by authz.Caller, in *struct {
	PolicyRef
	PolicyState
	IncludeUsage bool `query:"include_usage" doc:"Tell what each group has used, of the first 1,000."`
}) (UsagePolicyDetail, error) {
	p, err := a.admin.Policy(ctx, by, claviger.UsagePolicy, in.ID, in.Status)
	if err != nil {
		return UsagePolicyDetail{}, err
	}
	out := UsagePolicyDetail{UsagePolicy: a.usagePolicyWire(p), Object: policyObject(p.Kind)}
	if in.IncludeUsage {
		out.Usage, err = a.usageMap(ctx, p)
	}
	return out, err
}

func (a *api) getRatePolicy(ctx context.Context, by authz.Caller, in *struct {
	PolicyRef
	PolicyState
}) (RatePolicyDetail, error) {
	p, err := a.admin.Policy(ctx, by, claviger.RatePolicy, in.ID, in.Status)
	return RatePolicyDetail{RatePolicy: a.ratePolicyWire(p), Object: policyObject(claviger.RatePolicy)}, err
}

func (a *api) updateUsagePolicy(ctx context.Context, by authz.Caller, in *struct {
	PolicyRef
	Body Body[UsagePolicyRequest]
}) (empty, error) {
	return empty{}, a.admin.UpdatePolicy(ctx, by, claviger.UsagePolicy, in.ID, in.Body.Value.usage(in.Body.Found, in.Body.names()))
}

func (a *api) updateRatePolicy(ctx context.Context, by authz.Caller, in *struct {
	PolicyRef
	Body Body[RatePolicyRequest]
}) (empty, error) {
	return empty{}, a.admin.UpdatePolicy(ctx, by, claviger.RatePolicy, in.ID, in.Body.Value.rate(in.Body.Found, in.Body.names()))
}

func (a *api) deleteUsagePolicy(ctx context.Context, by authz.Caller, in *PolicyRef) (empty, error) {
	return empty{}, a.admin.DeletePolicy(ctx, by, claviger.UsagePolicy, in.ID)
}

func (a *api) deleteRatePolicy(ctx context.Context, by authz.Caller, in *PolicyRef) (empty, error) {
	return empty{}, a.admin.DeletePolicy(ctx, by, claviger.RatePolicy, in.ID)
}
