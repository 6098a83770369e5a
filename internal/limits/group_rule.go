package limits

import (
	claviger "github.com/claviger/claviger"
)

// OfPolicy makes the rule of a policy for one group of requests, by its name. A
// policy that cannot be read is an error.
func OfPolicy(p *claviger.Policy, group string) (*Rule, error) {
	compiled, err := compile(p)
	if err != nil {
		return nil, err
	}
	return compiled.rule(group), nil
}
