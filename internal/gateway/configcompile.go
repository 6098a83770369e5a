package gateway

import (
	"slices"
	"strings"

	"github.com/claviger/claviger/internal/secret"
)

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
	slug, stored := strings.CutPrefix(leaf.provider, "@")
	switch {
	case stored:
	case leaf.virtualKey != "":
		slug = leaf.virtualKey
	case leaf.provider != "" || leaf.passes:
		slug = ""
	default:
		slug = leaf.modelSlug
	}
	p.agree(leaf)
	p.credential(leaf, slug)
	c := &config{
		slug:  slug,
		index: []string{index}, key: secret.New(leaf.key), host: leaf.host, timeout: leaf.timeout,
		forward: leaf.forward, retry: leaf.retry, lax: leaf.strict != nil && !*leaf.strict,
	}
	if slug == "" {
		c.kind = leaf.provider
	}
	if leaf.override != nil || leaf.defaults != nil || leaf.drop != nil {
		tree, ok := dropTree(leaf.drop)
		if !ok {
			p.wrong(append(slices.Clip(leaf.path), "drop_params"), "has too many paths that mix [*] and numbers")
		}
		c.params = &params{defaults: leaf.defaults, override: leaf.override, drop: tree}
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
	if find(leaf.override, "model") == nil {
		leaf.modelSlug, leaf.modelPath = root.modelSlug, root.modelPath
	}
	leaf.override = over(leaf.override, root.override)
	leaf.defaults = over(leaf.defaults, root.defaults)
	leaf.drop = append(slices.Clip(leaf.drop), root.drop...)
	if leaf.provider == "" && leaf.virtualKey == "" && !leaf.passes && leaf.targetsAt == nil && leaf.modelSlug == "" {
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

// agree checks that what names a provider names one: none is dropped in silence. A
// virtual key may have its kind beside it.
func (p *configParser) agree(leaf node) {
	named, by := leaf.provider, "provider"
	slug, stored := strings.CutPrefix(leaf.provider, "@")
	switch {
	case stored:
		named = slug
		if leaf.virtualKey != "" && leaf.virtualKey != slug {
			p.wrong(append(slices.Clip(leaf.path), "virtual_key"), another+by)
		}
	case leaf.virtualKey != "":
		named, by = leaf.virtualKey, "virtual_key"
	}
	if named != "" && leaf.modelSlug != "" && leaf.modelSlug != named {
		p.wrong(leaf.modelPath, another+by)
	}
}

const another = "must not name another provider than "

// credential checks that a credential has somewhere to go: one that would not be
// used must not be sent about. slug is of the stored provider that is called.
func (p *configParser) credential(leaf node, slug string) {
	named := leaf.provider != "" || slug != ""
	switch {
	case named && leaf.passes:
		p.wrong(append(slices.Clip(leaf.path), "passthrough"), "has no place beside a provider")
	case leaf.key == "":
	case !named:
		p.wrong(leaf.keyPath, "needs a provider beside it")
	case slug != "" && leaf.host == "":
		p.wrong(leaf.keyPath, "has no place beside a stored provider, unless for a custom_host")
	}
}
