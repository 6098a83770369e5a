package gateway

import (
	"context"
	"fmt"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/limits"
)

// PolicySource reads the active policies of a workspace.
type PolicySource interface {
	Policies(ctx context.Context, org claviger.OrganisationID, ws claviger.WorkspaceID) ([]claviger.Policy, error)
}

type policyKey struct {
	org claviger.OrganisationID
	ws  claviger.WorkspaceID
}

// policies keeps the compiled policies of workspaces.
type policies struct {
	cache cache[policyKey, *limits.PolicySet]
}

func newPolicies(o Options) *policies {
	read := func(ctx context.Context, key policyKey) (*limits.PolicySet, error) {
		rows, err := o.Policies.Policies(ctx, key.org, key.ws)
		if err != nil {
			return nil, unreadable(err)
		}
		set, err := limits.CompilePolicies(rows)
		if err != nil {
			return nil, fmt.Errorf("compile policies: %w", err)
		}
		return set, nil
	}
	return &policies{cache[policyKey, *limits.PolicySet]{what: "policies", read: read, log: o.Log, now: o.Now}}
}

// invalidate forgets the policies of a workspace that changed.
func (p *policies) invalidate(c claviger.Change) {
	if c.Kind == claviger.PolicyChanged || c.Kind == claviger.WorkspaceChanged {
		p.cache.forget(func(k policyKey, _ *limits.PolicySet) bool { return k.org == c.OrganisationID && string(k.ws) == c.ID })
	}
}
