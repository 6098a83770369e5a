package llm

import (
	"bytes"

	"github.com/go-json-experiment/json/jsontext"
)

// Edit returns a body that asks for model and, when includeUsage is true and
// the request is a streaming one, for usage at the end of the stream. Every
// other byte is as it was. An empty model leaves the model as it is. Edit
// returns r.Body itself when there is nothing to change; it never writes to it.
func (r Request) Edit(model string, includeUsage bool) []byte {
	var edits [3]edit
	n := 0
	// The first edit inserts members at the start of the object, so it comes
	// before all others.
	var insert []byte
	if model != "" && model != r.Model {
		// A model that is no valid UTF-8 is written with replacement
		// characters; the error only says so.
		quoted, _ := jsontext.AppendQuote(nil, model)
		if r.ModelAt.Absent() {
			insert = append(append(insert, `"model":`...), quoted...)
		} else {
			edits[n] = edit{r.ModelAt, quoted}
			n++
		}
	}
	if includeUsage && r.Stream && !r.IncludeUsage {
		switch {
		case !r.UsageAt.Absent():
			edits[n] = edit{r.UsageAt, []byte("true")}
		case r.Options.Absent():
			if insert != nil {
				insert = append(insert, ',')
			}
			insert = append(insert, `"stream_options":{"include_usage":true}`...)
			n--
		case r.Body[r.Options.Start] != '{': // null
			edits[n] = edit{r.Options, []byte(`{"include_usage":true}`)}
		default:
			edits[n] = edit{start(r.Body, r.Options.Start), member(r.Body, r.Options.Start, []byte(`"include_usage":true`))}
		}
		n++
	}
	if insert != nil {
		brace := bytes.IndexByte(r.Body, '{')
		edits[n] = edit{start(r.Body, brace), member(r.Body, brace, insert)}
		n++
	}
	if n == 0 {
		return r.Body
	}
	return splice(r.Body, edits[:n])
}

// edit replaces the bytes at a span.
type edit struct {
	at  Span
	new []byte
}

// start is the empty span after the opening brace at brace.
func start(body []byte, brace int) Span { return Span{brace + 1, brace + 1} }

// member is text to insert after the opening brace: with a comma, unless the
// object is empty.
func member(body []byte, brace int, text []byte) []byte {
	rest := bytes.TrimLeft(body[brace+1:], " \t\r\n")
	if len(rest) > 0 && rest[0] == '}' {
		return text
	}
	return append(text, ',')
}

// splice applies edits that do not overlap, in any order.
func splice(body []byte, edits []edit) []byte {
	size := len(body)
	for i, e := range edits {
		size += len(e.new) - (e.at.End - e.at.Start)
		for j := i; j > 0 && edits[j].at.Start < edits[j-1].at.Start; j-- {
			edits[j], edits[j-1] = edits[j-1], edits[j]
		}
	}
	out := make([]byte, 0, size)
	from := 0
	for _, e := range edits {
		out = append(append(out, body[from:e.at.Start]...), e.new...)
		from = e.at.End
	}
	return append(out, body[from:]...)
}
