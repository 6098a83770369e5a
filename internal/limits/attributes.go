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
	EndpointType   string // "chatComplete", "embed", …
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
	// called and made are the two names of the model, "@slug/model" and
	// "@provider/model"; empty when one part is missing.
	called, made []byte
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

// named writes "@owner/model" into b; nothing when either is missing.
func named(b []byte, owner, model string) []byte {
	if owner == "" || model == "" {
		return nil
	}
	b = append(b, '@')
	b = append(b, owner...)
	b = append(b, '/')
	return append(b, model...)
}
