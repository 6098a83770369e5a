package gateway

import (
	"bytes"
	"slices"

	"github.com/go-json-experiment/json/jsontext"
)

// params are what a config changes of a body: defaults first, then what takes
// the place of what was sent, then what is left out. They are immutable.
type params struct {
	defaults []param
	override []param
	drop     []dropPath
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
func (x *exchange) reshape() error {
	n := int64(len(x.body.bytes))
	if err := x.body.take(n); err != nil { // both are there for a moment
		return err
	}
	x.body.bytes = x.config.params.apply(x.body.bytes)
	x.body.give(n)
	return x.scan()
}

// apply returns a changed copy of a body, which must be a JSON object.
func (p *params) apply(body []byte) []byte {
	w := bodyWriter{out: make([]byte, 0, len(body)+256)}
	w.open('{')
	var have []string // of the params
	for d := inside(body); d.PeekKind() != '}'; {
		name, value, ok := nextMember(d)
		if !ok {
			break
		}
		switch o := find(p.override, name); {
		case o != nil:
			have = append(have, name)
			value = o.value
		case find(p.defaults, name) != nil:
			have = append(have, name)
		}
		w.member(name, value, p.drop)
	}
	for _, o := range p.override {
		if !slices.Contains(have, o.name) {
			w.member(o.name, o.value, p.drop)
		}
	}
	for _, o := range p.defaults {
		if !slices.Contains(have, o.name) && find(p.override, o.name) == nil {
			w.member(o.name, o.value, p.drop)
		}
	}
	w.shut('}')
	return w.out
}

// nextMember reads a name and its value, which is valid until the next read.
func nextMember(d *jsontext.Decoder) (name string, value jsontext.Value, ok bool) {
	token, err := d.ReadToken()
	if err != nil {
		return "", nil, false
	}
	name = token.String()
	value, err = d.ReadValue()
	return name, value, err == nil
}

// step is one step into a value: a member by its name, an element, or every one.
type step struct {
	name  string
	index int // everyElement; used where name is empty
}

const everyElement = -1

// dropPath leads to what is left out.
type dropPath []step

// bodyWriter writes JSON without what is to be left out.
type bodyWriter struct {
	out   []byte
	first bool // nothing stands yet behind the last bracket
}

func (w *bodyWriter) open(bracket byte) {
	w.out, w.first = append(w.out, bracket), true
}

func (w *bodyWriter) shut(bracket byte) {
	w.out, w.first = append(w.out, bracket), false
}

func (w *bodyWriter) comma() {
	if !w.first {
		w.out = append(w.out, ',')
	}
	w.first = false
}

// member writes a member of an object, unless a path ends there.
func (w *bodyWriter) member(name string, value jsontext.Value, paths []dropPath) {
	below, gone := into(paths, func(s step) bool { return s.name != "" && s.name == name })
	if gone {
		return
	}
	w.comma()
	w.out, _ = jsontext.AppendQuote(w.out, name) // it was read from valid JSON
	w.out = append(w.out, ':')
	w.value(value, below)
}

// value writes a value without what the paths lead to.
func (w *bodyWriter) value(v jsontext.Value, paths []dropPath) {
	v = bytes.TrimSpace(v)
	switch kind := v.Kind(); {
	case len(paths) > 0 && kind == '{':
		w.open('{')
		for d := inside(v); d.PeekKind() != '}'; {
			name, value, ok := nextMember(d)
			if !ok {
				break
			}
			w.member(name, value, paths)
		}
		w.shut('}')
	case len(paths) > 0 && kind == '[':
		w.open('[')
		at := 0
		for d := inside(v); d.PeekKind() != ']'; at++ {
			value, err := d.ReadValue()
			if err != nil {
				break
			}
			below, gone := into(paths, func(s step) bool { return s.name == "" && (s.index == everyElement || s.index == at) })
			if !gone {
				w.comma()
				w.value(value, below)
			}
		}
		w.shut(']')
	default:
		w.out = append(w.out, v...)
	}
}

// into takes the first step of the paths whose first step fits. One of them may
// end there.
func into(paths []dropPath, fits func(step) bool) (below []dropPath, gone bool) {
	for _, p := range paths {
		if fits(p[0]) {
			if len(p) == 1 {
				return nil, true
			}
			below = append(below, p[1:])
		}
	}
	return below, false
}
