package limits

import (
	"errors"
	"fmt"
	"time"

	claviger "github.com/claviger/claviger"
)

// PolicySet is the active policies of a workspace, ready to be matched. nil has
// none. It is safe for concurrent use.
type PolicySet struct {
	policies []*policy
	metadata bool
}

type policy struct {
	org        claviger.OrganisationID
	kind       claviger.CounterKind
	id, name   string
	tools      bool // it is for calls of tools
	conditions []condition
	group      []key
	bounds     bounds
	since      time.Time // when usage began to count
	resets     map[string]time.Time
	groups     groups
}

var errNoLimit = errors.New("has no credit limit")

// CompilePolicies makes the set of those policies that are active, usage policies before
// rate policies and otherwise in the order given. A policy that cannot be read is
// an error, and then nothing may pass.
func CompilePolicies(policies []claviger.Policy) (*PolicySet, error) {
	set := &PolicySet{}
	for _, kind := range []claviger.PolicyKind{claviger.UsagePolicy, claviger.RatePolicy} {
		for i := range policies {
			in := &policies[i]
			if in.Kind != kind || in.Status != claviger.Active {
				continue
			}
			p, err := compile(in)
			if err != nil {
				return nil, fmt.Errorf("policy %s: %w", in.ID, err)
			}
			set.policies = append(set.policies, p)
			set.metadata = set.metadata || p.metadata()
		}
	}
	return set, nil
}

func compile(in *claviger.Policy) (*policy, error) {
	p := &policy{
		org: in.OrganisationID, id: string(in.ID), name: in.Name, tools: in.Target == targetMCP,
		since: in.CreatedAt, resets: in.Resets,
	}
	if p.name == "" {
		p.name = p.id
	}
	if in.CountsFrom.After(p.since) {
		p.since = in.CountsFrom
	}
	if err := p.limit(in); err != nil {
		return nil, err
	}
	conditions, err := list[storedCondition](in.Conditions)
	if err != nil {
		return nil, err
	}
	for _, s := range conditions {
		if !PolicyKey(in.Kind, in.Target, s.Key) {
			return nil, errKey
		}
		c, err := s.compile()
		if err != nil {
			return nil, err
		}
		p.conditions = append(p.conditions, c)
	}
	keys, err := list[struct {
		Key string `json:"key"`
	}](in.GroupBy)
	if err != nil {
		return nil, err
	}
	for _, k := range keys {
		if !PolicyKey(in.Kind, in.Target, k.Key) {
			return nil, errKey
		}
		p.group = append(p.group, keyOf(k.Key))
	}
	return p, nil
}

// limit reads what the policy bounds. Its weeks begin on Mondays.
func (p *policy) limit(in *claviger.Policy) error {
	if in.Kind == claviger.RatePolicy {
		p.kind = claviger.CountRatePolicy
		s, err := one[storedRate](in.Limit)
		if err == nil {
			p.bounds, err = s.bounds()
		}
		return err
	}
	p.kind = claviger.CountUsagePolicy
	s, err := one[storedBudget](in.Limit)
	if err != nil {
		return err
	}
	b, ok, err := s.bounds(time.Monday, in.CreatedAt)
	if err == nil && !ok {
		err = errNoLimit
	}
	p.bounds = b
	return err
}

func (p *policy) metadata() bool {
	for _, c := range p.conditions {
		if c.key.metadata != "" {
			return true
		}
	}
	for _, g := range p.group {
		if g.metadata != "" {
			return true
		}
	}
	return false
}

// NeedsMetadata reports whether a policy asks for a request's metadata.
func (s *PolicySet) NeedsMetadata() bool { return s != nil && s.metadata }

// Match appends the rules of every policy that applies to the request: all of its
// conditions match, and the request has all that the policy groups by.
func (s *PolicySet) Match(a *Attributes, dst []*Rule) []*Rule {
	if s == nil || len(s.policies) == 0 {
		return dst
	}
	var name [256]byte
	subject := subject{Attributes: a}
	for _, p := range s.policies {
		if !p.applies(&subject) {
			continue
		}
		if group, ok := appendGroup(name[:0], p.group, &subject); ok {
			dst = append(dst, p.groups.rule(group, p))
		}
	}
	return dst
}

func (p *policy) applies(s *subject) bool {
	if p.tools != (s.MCPServer != "") {
		return false
	}
	for i := range p.conditions {
		if !p.conditions[i].matches(s) {
			return false
		}
	}
	return true
}
