package anthropic

import (
	"bytes"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/claviger/claviger/internal/llm"
)

const (
	textOpens  = `{"index":0,"delta":{"content":`
	textCloses = `},"finish_reason":null}]}`
)

// quick translates an event that adds a piece of text, which nearly all are,
// without decoding it: the text goes over as it is written. ok is false for any
// other event, and nothing has been done then.
func (d *decoder) quick(dst, data []byte) (out []byte, ok bool) {
	if !d.stream.started {
		return dst, false
	}
	var kind, change, deltaKind, text []byte
	whole := llm.Members(data, func(name, value []byte) bool {
		switch string(name) {
		case "type":
			kind = value
		case "delta":
			change = value
		}
		return true
	})
	if !whole || string(kind) != `"content_block_delta"` {
		return dst, false
	}
	whole = llm.Members(change, func(name, value []byte) bool {
		switch string(name) {
		case "type":
			deltaKind = value
		case "text":
			text = value
		}
		return true
	})
	if !whole || string(deltaKind) != `"text_delta"` || len(text) <= len(`""`) || text[0] != '"' || !jsontext.Value(text).IsValid() {
		return dst, false
	}
	d.pieces++
	d.bytes += int64(len(text) - len(`""`))
	dst = append(append(dst, "data: "...), d.opening()...)
	return append(append(append(dst, text...), textCloses...), "\n\n"...), true
}

// opening is a chunk up to its text, made once.
func (d *decoder) opening() []byte {
	if d.stream.opening == nil {
		whole := d.newChunk(nil, nil).Append(nil)
		d.stream.opening = append(bytes.TrimSuffix(whole, []byte("]}")), textOpens...)
	}
	return d.stream.opening
}
