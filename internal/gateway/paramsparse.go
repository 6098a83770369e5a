package gateway

import (
	"slices"
	"strconv"
	"strings"
)

// params reads the members of override_params or default_params: their names and
// values are the body's, so nothing about them is the config's to judge.
func (p *configParser) params(m member) (out []param) {
	if m.value.Kind() != '{' {
		p.wrong(m.path, "must be an object")
		return nil
	}
	for d := inside(m.value); d.PeekKind() != '}'; {
		name, value, ok := nextMember(d)
		switch {
		case !ok:
			return out
		case len(out) == maxMembers:
			p.wrong(m.path, "has too many members")
			return out
		}
		out = append(out, param{name, value.Clone()})
	}
	return out
}

// modelSlug is the slug in the model that override_params sets, "@slug/model";
// empty where there is none.
func (p *configParser) modelSlug(path []string, override []param) string {
	m := find(override, "model")
	if m == nil {
		return ""
	}
	at := append(slices.Clip(path), "model")
	slug, _, err := splitModel(p.text(member{path: at, value: m.value}))
	if err != nil {
		p.wrong(at, "must name a model after the slug: @slug/model")
	}
	return slug
}

// maxDrops bounds the paths of one drop_params.
const maxDrops = 100

// drops reads the paths of drop_params.
func (p *configParser) drops(m member) (out []dropPath) {
	for i, e := range p.elements(m) {
		if i == maxDrops {
			p.wrong(m.path, "has too many paths")
			return out
		}
		text := p.text(e)
		if text == "" {
			continue
		}
		path, ok := parseDrop(text)
		if !ok {
			p.wrong(e.path, "must be a path, such as a, a.b, a[0].b or a[*].b")
			continue
		}
		out = append(out, path)
	}
	return out
}

// maxSteps bounds a path.
const maxSteps = 20

// parseDrop reads a path: names with dots between, each with indexes behind it.
func parseDrop(text string) (path dropPath, ok bool) {
	for part := range strings.SplitSeq(text, ".") {
		name, indexes, indexed := strings.Cut(part, "[")
		if name == "" {
			return nil, false
		}
		path = append(path, step{name: name})
		for indexed {
			var inner string
			inner, indexes, ok = strings.Cut(indexes, "]")
			at := everyElement
			if inner != "*" {
				n, err := strconv.ParseUint(inner, 10, 31)
				ok = ok && err == nil
				at = int(n)
			}
			if !ok {
				return nil, false
			}
			path = append(path, step{index: at})
			if indexes == "" {
				break
			}
			if indexes, indexed = strings.CutPrefix(indexes, "["); !indexed {
				return nil, false
			}
		}
		if len(path) > maxSteps {
			return nil, false
		}
	}
	return path, true
}
