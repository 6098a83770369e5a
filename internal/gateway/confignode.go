package gateway

import (
	"net/http"
	"slices"
	"strings"
	"time"
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
	override   []param
	modelSlug  string // of the model that override sets
	modelPath  []string
	defaults   []param
	drop       []dropPath
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
		case "override_params":
			n.override = p.params(m)
			n.modelSlug, n.modelPath = p.modelSlug(m.path, n.override), append(slices.Clip(m.path), "model")
		case "default_params":
			n.defaults = p.params(m)
		case "drop_params":
			n.drop = p.drops(m)
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
		"name", "weight", "cache", "cb_config", "fetch_integrated_models",
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
