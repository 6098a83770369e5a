package gateway

import (
	"context"
	"slices"

	"github.com/go-json-experiment/json/jsontext"
)

// params are what a config changes of a body: defaults first, then what takes
// the place of what was sent, then what is left out. They are immutable.
type params struct {
	defaults []param
	override []param
	drop     *dropNode // nil: nothing
}

// param is a member of a body.
type param struct {
	name  string
	value jsontext.Value
}

func find(all []param, name string) *param {
	if i := slices.IndexFunc(all, func(p param) bool { return p.name == name }); i >= 0 {
		return &all[i]
	}
	return nil
}

// over are params with those of a parent that they do not name.
func over(child, parent []param) []param {
	out := slices.Clone(child)
	for _, p := range parent {
		if find(child, p.name) == nil {
			out = append(out, p)
		}
	}
	return out
}

// reshape makes the body what the config says. The request was scanned before,
// and is again: what a config puts in is held against the same rules.
func (x *exchange) reshape(ctx context.Context) error {
	n := int64(len(x.body.bytes))
	if err := x.body.take(n); err != nil { // both are there for a moment
		return err
	}
	changed, err := x.config.params.apply(ctx, x.body.bytes)
	if err == nil {
		x.body.bytes = changed
	}
	x.body.give(n)
	if err != nil {
		return err
	}
	return x.scan()
}

// apply returns a changed copy of a body, which must be a JSON object that was
// scanned. The only error is that of a context that has ended.
func (p *params) apply(ctx context.Context, body []byte) ([]byte, error) {
	w := bodyWriter{ctx: ctx, out: make([]byte, 0, len(body)+256)}
	d := inside(body)
	w.open('{')
	var have []string // of the params
	for d.PeekKind() != '}' && w.goOn() {
		quoted, said, ok := readName(d)
		if !ok {
			break
		}
		name := string(said)
		o := find(p.override, name)
		if o != nil || find(p.defaults, name) != nil {
			have = append(have, name)
		}
		if o == nil {
			w.member(quoted, said, d, p.drop)
			continue
		}
		d.SkipValue() //nolint:errcheck // it was scanned
		w.param(o, p.drop)
	}
	for i := range p.override {
		if o := &p.override[i]; !slices.Contains(have, o.name) {
			w.param(o, p.drop)
		}
	}
	for i := range p.defaults {
		if o := &p.defaults[i]; !slices.Contains(have, o.name) && find(p.override, o.name) == nil {
			w.param(o, p.drop)
		}
	}
	w.shut('}')
	return w.out, context.Cause(ctx)
}
