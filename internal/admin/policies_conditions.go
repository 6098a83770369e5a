package admin

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/limits"
)

// Bounds of a policy, so that matching a request against all of a workspace's
// is cheap.
const (
	maxPolicies        = 50 // active, of each kind, in a workspace
	maxConditions      = 20
	maxGroupBy         = 5
	maxConditionValues = 100
	maxConditionValue  = 256 // bytes
	maxMetadataKey     = 128 // bytes
)

const metadataPrefix = "metadata."

const (
	targetModels = "llm"
	targetTools  = "mcp_tools"
)

// policyKey checks what a condition or a group is about.
func (p *problems) policyKey(at string, raw json.RawMessage, row *claviger.Policy) {
	known := limits.PolicyKeys(row.Kind, row.Target)
	if known == nil {
		return // the target is refused already
	}
	key, ok := text(raw)
	name, metadata := strings.CutPrefix(key, metadataPrefix)
	switch {
	case ok && metadata && name != "" && len(name) <= maxMetadataKey && !strings.ContainsAny(name, "\x00,"):
	case ok && metadata:
		p.add(at, fmt.Sprintf("must name a metadata field, of at most %d bytes and without commas", maxMetadataKey))
	case !ok || !slices.Contains(known, key):
		p.add(at, "must be one of "+strings.Join(known, ", ")+", or metadata. and the name of a field")
	}
}

// conditions checks the conditions of a policy and returns what is stored of
// them: the known fields as they were sent, a text as a text, a list as a list.
func (p *problems) conditions(raw json.RawMessage, row *claviger.Policy) json.RawMessage {
	return p.policyList("conditions", raw, maxConditions, func(at string, ms []member) json.RawMessage {
		kept, seen := ms[:0], map[string]bool{}
		for _, m := range ms {
			field := at + "." + m.name
			switch {
			case m.name == "key":
				p.policyKey(field, m.value, row)
			case m.name == "value":
				p.conditionValue(field, m.value)
			case m.name == "excludes" && !isNull(m.value):
				p.conditionValue(field, m.value)
			default:
				continue
			}
			seen[m.name] = true
			kept = append(kept, m)
		}
		for _, name := range []string{"key", "value"} {
			if !seen[name] {
				p.add(at+"."+name, "is required")
			}
		}
		return object(kept)
	})
}

// groupBy checks by what a policy counts apart.
func (p *problems) groupBy(raw json.RawMessage, row *claviger.Policy) json.RawMessage {
	seen := map[string]bool{}
	return p.policyList("group_by", raw, maxGroupBy, func(at string, ms []member) json.RawMessage {
		var kept []member
		for _, m := range ms {
			if m.name != "key" {
				continue
			}
			p.policyKey(at+".key", m.value, row)
			key, _ := text(m.value)
			if seen[key] {
				p.add(at+".key", "names the same a second time")
			}
			seen[key] = true
			kept = append(kept, m)
		}
		if len(kept) == 0 {
			p.add(at+".key", "is required")
		}
		return object(kept)
	})
}

// policyList checks an array of 1 to most objects.
func (p *problems) policyList(path string, raw json.RawMessage, most int, each func(at string, ms []member) json.RawMessage) json.RawMessage {
	if isNull(raw) {
		p.add(path, "is required")
		return nil
	}
	items := p.items(path, raw, most)
	if len(items) == 0 {
		p.add(path, "must hold at least one")
		return nil
	}
	out := []byte{'['}
	for i, item := range items {
		at := fmt.Sprintf("%s[%d]", path, i)
		ms, ok := members(item)
		if !ok {
			p.add(at, "must be an object")
			continue
		}
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = append(out, each(at, ms)...)
	}
	return append(out, ']')
}

// conditionValue checks a text or a list of texts.
func (p *problems) conditionValue(at string, raw json.RawMessage) {
	if kind(raw) != '[' {
		p.oneValue(at, raw)
		return
	}
	items := p.items(at, raw, maxConditionValues)
	if len(items) == 0 {
		p.add(at, "must hold at least one")
	}
	for i, item := range items {
		p.oneValue(fmt.Sprintf("%s[%d]", at, i), item)
	}
}

func (p *problems) oneValue(at string, raw json.RawMessage) {
	switch v, ok := text(raw); {
	case !ok:
		p.add(at, "must be a text")
	case v == "":
		p.add(at, "must not be empty")
	case len(v) > maxConditionValue:
		p.add(at, fmt.Sprintf("must have at most %d bytes", maxConditionValue))
	case strings.ContainsRune(v, 0):
		p.add(at, "must not hold a NUL character")
	}
}

// words are a kind of policy, as the wire has it.
func words(k claviger.PolicyKind) string {
	if k == claviger.RatePolicy {
		return "rate limits"
	}
	return "usage limits"
}
