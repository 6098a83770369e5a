package gateway

import (
	"bytes"
	"context"

	"github.com/go-json-experiment/json/jsontext"
)

// bodyWriter writes JSON without what is to be left out, in one walk.
type bodyWriter struct {
	ctx   context.Context //nolint:containedctx // of the one call that writes
	out   []byte
	first bool // nothing stands yet behind the last bracket
	steps uint
}

// betweenLooks is how many members and elements are written between two looks
// whether anybody still waits for them.
const betweenLooks = 1 << 12

func (w *bodyWriter) goOn() bool {
	w.steps++
	return w.steps%betweenLooks != 0 || w.ctx.Err() == nil
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

// param writes a member that a config says, unless it is left out.
func (w *bodyWriter) param(o *param, from *dropNode) {
	quoted, _ := jsontext.AppendQuote(nil, o.name) // it was read from valid JSON
	w.member(quoted, []byte(o.name), decoder(o.value), from)
}

// member writes a member of an object, whose value is the next of d, unless it is
// left out. from is of the object.
func (w *bodyWriter) member(quoted, name []byte, d *jsontext.Decoder, from *dropNode) {
	below := from.member(name)
	if below.whole() {
		d.SkipValue() //nolint:errcheck // it was scanned
		return
	}
	w.comma()
	w.out = append(append(w.out, quoted...), ':')
	w.value(d, below)
}

// value writes the next value of d without what is to be left out below it.
func (w *bodyWriter) value(d *jsontext.Decoder, drop *dropNode) {
	kind := d.PeekKind()
	if drop == nil || kind != '{' && kind != '[' {
		v, _ := d.ReadValue() // it was scanned
		w.out = append(w.out, bytes.TrimSpace(v)...)
		return
	}
	d.ReadToken() //nolint:errcheck // it was peeked at
	if kind == '{' {
		w.open('{')
		for d.PeekKind() != '}' && w.goOn() {
			quoted, name, ok := readName(d)
			if !ok {
				return
			}
			w.member(quoted, name, d, drop)
		}
		w.shut('}')
	} else {
		w.open('[')
		for at := 0; d.PeekKind() != ']' && w.goOn(); at++ {
			if below := drop.element(at); !below.whole() {
				w.comma()
				w.value(d, below)
			} else if d.SkipValue() != nil {
				return
			}
		}
		w.shut(']')
	}
	d.ReadToken() //nolint:errcheck // the bracket was peeked at
}

// decoder reads JSON in which names were looked at before, so that it needs no
// table of them.
func decoder(v []byte) *jsontext.Decoder {
	return jsontext.NewDecoder(bytes.NewBuffer(v), jsontext.AllowDuplicateNames(true))
}

// readName reads a name, as it is written and as it is meant. Both are valid until
// the next read.
func readName(d *jsontext.Decoder) (quoted, name []byte, ok bool) {
	quoted, err := d.ReadValue()
	if err != nil {
		return nil, nil, false
	}
	if bytes.IndexByte(quoted, '\\') < 0 {
		return quoted, quoted[1 : len(quoted)-1], true
	}
	name, err = jsontext.AppendUnquote(nil, quoted)
	return quoted, name, err == nil
}

// nextMember reads a name and its value, which is valid until the next read.
func nextMember(d *jsontext.Decoder) (name string, value jsontext.Value, ok bool) {
	_, said, ok := readName(d)
	if !ok {
		return "", nil, false
	}
	name = string(said)
	value, err := d.ReadValue()
	return name, value, err == nil
}
