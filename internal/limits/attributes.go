package limits

import (
	"slices"
	"strings"

	claviger "github.com/claviger/claviger"
)

// Attributes are what policies know of a request. What is empty is missing:
// conditions on it do not match, and groups by it do not apply.
type Attributes struct {
	APIKeyID       claviger.APIKeyID
	WorkspaceID    claviger.WorkspaceID
	OrganisationID claviger.OrganisationID
	VirtualKey     string // the slug that the provider is called by, without "@"
	Provider       string // the kind of provider: "openai", "anthropic", …
	Config         string // slug
	Prompt         string // slug
	Model          string // as requested, without "@slug/"
	// Models are all names that the model is known by, Model among them, in lower
	// case, so that no spelling of it escapes a policy: conditions match any of
	// them, and groups go by the last. nil: Model alone.
	Models       []string
	EndpointType string // "chatComplete", "embed", …
	// MCPServer and MCPTool are set for calls of tools. Policies whose target is
	// "mcp_tools" apply to those and to nothing else.
	MCPServer, MCPTool string
	// Metadata is asked only when [PolicySet.NeedsMetadata].
	Metadata map[string]string
}

// metadataPrefix begins the keys of conditions and groups that name metadata.
const metadataPrefix = "metadata."

const (
	targetLLM = "llm"
	targetMCP = "mcp_tools"
)

var (
	usageKeys = []string{"api_key", "virtual_key", "provider", "config", "prompt", "model", "organisation_id", "workspace_id"}
	rateKeys  = append(slices.Clone(usageKeys), "endpoint_type")
	toolKeys  = []string{"api_key", "workspace_id", "mcp_server", "mcp_tool"}
)

// PolicyKeys are the keys that conditions and group_by of a kind of policy for a
// target ("llm", also when empty, or "mcp_tools") may name, besides
// "metadata.NAME" with any name. Nothing for an unknown target.
func PolicyKeys(kind claviger.PolicyKind, target string) []string {
	switch {
	case target == targetMCP && kind == claviger.RatePolicy:
		return slices.Clone(toolKeys)
	case target != targetLLM && target != "":
		return nil
	case kind == claviger.RatePolicy:
		return slices.Clone(rateKeys)
	default:
		return slices.Clone(usageKeys)
	}
}

// PolicyKey reports whether conditions and group_by of a kind of policy for a
// target may name key.
func PolicyKey(kind claviger.PolicyKind, target, key string) bool {
	keys := PolicyKeys(kind, target)
	if name, ok := strings.CutPrefix(key, metadataPrefix); ok {
		return name != "" && keys != nil
	}
	return slices.Contains(keys, key)
}

// subject is a request while policies are matched against it.
type subject struct {
	*Attributes
	one [1]string // room for the model's name when it has but one
}

// names are those of the model, in lower case; none when the request has none.
func (s *subject) names() []string {
	if s.Models != nil || s.Model == "" {
		return s.Models
	}
	s.one[0] = strings.ToLower(s.Model)
	return s.one[:]
}

// key is what a condition or a group is about.
type key struct {
	name     string
	metadata string // which metadata; empty for all else
}

func keyOf(name string) key {
	metadata, ok := strings.CutPrefix(name, metadataPrefix)
	if !ok {
		metadata = ""
	}
	return key{name, metadata}
}

// of is the value of a key; empty when missing. The models apart, see [subject].
func (s *subject) of(k key) string {
	if k.metadata != "" {
		return s.Metadata[k.metadata]
	}
	switch k.name {
	case "api_key":
		return string(s.APIKeyID)
	case "virtual_key":
		return s.VirtualKey
	case "provider":
		return s.Provider
	case "config":
		return s.Config
	case "prompt":
		return s.Prompt
	case "organisation_id":
		return string(s.OrganisationID)
	case "workspace_id":
		return string(s.WorkspaceID)
	case "endpoint_type":
		return s.EndpointType
	case "mcp_server":
		return s.MCPServer
	case "mcp_tool":
		return s.MCPTool
	}
	return ""
}

// form is one form of a name: "@owner/model", or without an owner the model
// alone. It is put together as it is read, since that is cheaper than memory.
type form struct{ owner, model string }

// full is "@owner/model"; ok is false when a part is missing.
func full(owner, model string) (f form, ok bool) {
	return form{owner, model}, owner != "" && model != ""
}

func (f form) len() int {
	if f.owner == "" {
		return len(f.model)
	}
	return len("@/") + len(f.owner) + len(f.model)
}

func (f form) at(i int) byte {
	switch n := len(f.owner); {
	case n == 0:
		return f.model[i]
	case i == 0:
		return '@'
	case i <= n:
		return f.owner[i-1]
	case i == n+1:
		return '/'
	default:
		return f.model[i-n-2]
	}
}

// append adds the form to b.
func (f form) append(b []byte) []byte {
	for i := range f.len() {
		b = append(b, f.at(i))
	}
	return b
}
