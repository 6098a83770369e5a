package gateway

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/claviger/claviger/internal/secret"
)

// node is one object of a config as it was read. What is not said is zero.
type node struct {
	path       []string
	provider   string
	virtualKey string
	key        string
	keyPath    []string
	host       string
	timeout    time.Duration
	forward    []string
	strict     *bool
	retry      *retry
	retrySaid  bool
	passes     bool // the request says the provider
	single     bool // it has a strategy
	targets    []node
	targetsAt  []string // nil: it has none
}

// node reads one object of the tree, and what is below it with targets.
func (p *configParser) node(of member, targets func(*node, member)) (n node) {
	n.path = of.path
	for _, m := range p.object(of.path, of.value) {
		switch m.name {
		case "provider":
			if n.provider = p.text(m); strings.HasPrefix(n.provider, "@") {
				slug, _, _ := strings.Cut(n.provider[1:], "/")
				n.provider = "@" + p.slug(m, slug)
			}
		case "virtual_key":
			n.virtualKey = p.slug(m, strings.TrimPrefix(p.text(m), "@"))
		case "api_key":
			n.key, n.keyPath = p.text(m), m.path
		case "custom_host":
			n.host = p.text(m)
		case "request_timeout":
			n.timeout = time.Duration(p.whole(m, 1, 1<<31-1)) * time.Millisecond
		case "forward_headers":
			n.forward = p.headers(m)
		case "strict_open_ai_compliance":
			strict := p.truth(m)
			n.strict = &strict
		case "retry":
			n.retry, n.retrySaid = p.retry(m), true
		case "passthrough":
			n.passes = p.truth(m)
		case "strategy":
			n.single = p.single(m)
		case "targets":
			n.targetsAt = m.path
			targets(&n, m)
		default:
			p.unsupported(m)
		}
	}
	return n
}

// targets reads those of the root.
func (p *configParser) targets(root *node, m member) {
	deeper := func(_ *node, m member) { p.wrong(m.path, notYet) }
	for _, e := range p.elements(m) {
		root.targets = append(root.targets, p.node(e, deeper))
	}
}

// slug checks that there is one.
func (p *configParser) slug(m member, slug string) string {
	if slug == "" && m.value.Kind() == '"' && len(m.value) > len(`""`) {
		p.wrong(m.path, "must name a slug")
	}
	return slug
}

// single reads a strategy; all there is is one target.
func (p *configParser) single(m member) bool {
	mode := ""
	for _, f := range p.object(m.path, m.value) {
		switch f.name {
		case "mode":
			if mode = p.text(f); mode != "single" {
				p.wrong(f.path, modeProblem(mode))
			}
		case "on_status_codes", "conditions", "default", "sticky", "cb_config":
			p.wrong(f.path, notYet)
		default:
			p.wrong(f.path, "is not known")
		}
	}
	if mode == "" {
		p.wrong(append(slices.Clip(m.path), "mode"), "is required")
	}
	return true
}

func modeProblem(mode string) string {
	if slices.Contains([]string{"fallback", "loadbalance", "conditional"}, mode) {
		return notYet
	}
	return "Invalid 'mode' value. Must be one of: single, loadbalance, fallback, conditional"
}

const notYet = "is not supported yet"

// later are documented and not served yet; so is every option of a provider,
// which begins with one of the prefixes.
var (
	later = []string{
		"name", "weight", "override_params", "default_params", "drop_params", "cache", "cb_config", "fetch_integrated_models",
		"prompt_id", "on_status_codes", "id", "input_guardrails", "output_guardrails", "before_request_hooks",
		"after_request_hooks", "input_mutators", "output_mutators", "deployments", "resource_name", "deployment_id",
		"api_version", "workers_ai_account_id", "huggingface_base_url", "snowflake_account", "fireworks_account_id",
		"mistral_fim_completion",
	}
	laterOptions = []string{"azure_", "aws_", "amzn_", "vertex_", "openai_", "anthropic_"}
)

func (p *configParser) unsupported(m member) {
	if slices.Contains(later, m.name) ||
		slices.ContainsFunc(laterOptions, func(prefix string) bool { return strings.HasPrefix(m.name, prefix) }) {
		p.wrong(m.path, notYet)
		return
	}
	p.wrong(m.path, "is not known")
}

// headers reads the names of headers that are passed on.
func (p *configParser) headers(m member) []string {
	names := []string{}
	for _, e := range p.elements(m) {
		name := http.CanonicalHeaderKey(strings.TrimSpace(p.text(e)))
		if name == forwardHeaders {
			p.wrong(e.path, forwardsItself)
		}
		names = append(names, name)
	}
	return names
}

// compile makes a config of the tree: of its root, or of the only target below.
func (p *configParser) compile(root node) *config {
	leaf, index := root, "config"
	switch {
	case root.targetsAt == nil && root.single:
		p.wrong(append(slices.Clip(root.path), "targets"), "is required with a strategy")
	case root.targetsAt != nil && !root.single:
		p.wrong(append(slices.Clip(root.path), "strategy"), "is required with targets")
	case root.targetsAt != nil && len(root.targets) != 1:
		p.wrong(root.targetsAt, "must be one target: several are not supported yet")
	case root.targetsAt != nil:
		leaf, index = p.below(root), "config.targets[0]"
	}
	p.credential(leaf)
	c := &config{
		index: []string{index}, key: secret.New(leaf.key), host: leaf.host, timeout: leaf.timeout,
		forward: leaf.forward, retry: leaf.retry, lax: leaf.strict != nil && !*leaf.strict,
	}
	slug, stored := strings.CutPrefix(leaf.provider, "@")
	switch {
	case stored:
		c.slug = slug
	case leaf.virtualKey != "":
		c.slug = leaf.virtualKey
	default:
		c.kind = leaf.provider
	}
	return c
}

// below is the only target, with what it inherits.
func (p *configParser) below(root node) node {
	leaf := root.targets[0]
	if leaf.single {
		p.wrong(append(slices.Clip(leaf.path), "strategy"), notYet)
	}
	for _, f := range []struct {
		name string
		said bool
	}{{"provider", root.provider != ""}, {"virtual_key", root.virtualKey != ""}, {"api_key", root.key != ""}, {"passthrough", root.passes}} {
		if f.said {
			p.wrong(append(slices.Clip(root.path), f.name), "has no place beside targets")
		}
	}
	if leaf.provider == "" && leaf.virtualKey == "" && !leaf.passes && leaf.targetsAt == nil {
		p.wrong(leaf.path, "must name a provider, or be passthrough")
	}
	if leaf.timeout == 0 {
		leaf.timeout = root.timeout
	}
	if leaf.host == "" {
		leaf.host = root.host
	}
	if leaf.forward == nil {
		leaf.forward = root.forward
	}
	if leaf.strict == nil {
		leaf.strict = root.strict
	}
	if !leaf.retrySaid {
		leaf.retry = root.retry
	}
	return leaf
}

// credential checks that a credential has somewhere to go: one that would not be
// used must not be sent about.
func (p *configParser) credential(leaf node) {
	named := leaf.provider != "" || leaf.virtualKey != ""
	stored := strings.HasPrefix(leaf.provider, "@") || leaf.virtualKey != ""
	switch {
	case named && leaf.passes:
		p.wrong(append(slices.Clip(leaf.path), "passthrough"), "has no place beside a provider")
	case leaf.key == "":
	case !named:
		p.wrong(leaf.keyPath, "needs a provider beside it")
	case stored && leaf.host == "":
		p.wrong(leaf.keyPath, "has no place beside a stored provider, unless for a custom_host")
	}
}
