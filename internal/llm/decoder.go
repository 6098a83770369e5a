package llm

import (
	"bytes"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/sse"
)

// Decoder reads the answer to one request from a provider that speaks the
// OpenAI dialect. The answer passes through as it is, but for the chunk that
// says only what a stream used, which a caller that did not ask for it does not
// get. A Decoder is not safe for concurrent use.
type Decoder struct {
	keepUsage bool
	input     int64 // guessed
	guess     estimate
	usage     Usage // as it was said last
	said      said
	final     bool // … and will stay
	embeds    bool // an answer with embeddings has no output
	started   bool // the first chunk has been read
	finished  bool // a chunk said why the answer ended
	searched  bool // the answer quotes what a search found
	passing   UsageScanner
	alike     alike
}

// NewDecoder returns what reads the answer to r, the caller's own request: what
// r asks decides what the caller gets.
func NewDecoder(r Request) *Decoder {
	return &Decoder{keepUsage: r.IncludeUsage, input: r.Input}
}

// Body reads the whole body of a success and returns body itself, or a [*Fault]
// when it is no JSON object or holds an error; Refused tells the two apart.
func (d *Decoder) Body(body []byte) ([]byte, error) {
	var m chunk
	rest, ok := members(body, m.member)
	if !ok || space(rest, 0) != len(rest) {
		return nil, &Fault{Message: "the answer is no JSON object"}
	}
	d.take(&m, true)
	if m.failure != nil && m.choices == nil {
		fault := m.fault(body)
		fault.Refused = !d.said.anything()
		return nil, fault
	}
	d.searched = quotes(body)
	if !d.said.in || !d.said.out || d.usage.Tokens.In() == 0 || d.usage.Tokens.Out() == 0 {
		d.guess.add(body)
		d.guess.pieces = 0 // a whole text says nothing of its pieces
	}
	return body, nil
}

var (
	dataField = []byte("data: ")
	doneMark  = []byte("[DONE]")
	usageKey  = []byte(`"usage"`)
	errorWord = []byte(`"error"`)
)

// Frame reads one frame of a stream, appending to dst what the caller gets of
// it. last is true for the frame that ends the stream. An error is a [*Fault]
// the provider reported; nothing is appended then. Frames of content are read
// by a few searches for bytes, or by a comparison with an earlier one, and cost
// no allocation.
func (d *Decoder) Frame(dst, frame []byte) (out []byte, last bool, err error) {
	if size, ok := d.alike.text(frame); ok {
		d.guess.piece(size)
		d.final = d.final && size == 0
		return append(dst, frame...), false, nil
	}
	e := sse.Parse(frame)
	data := bytes.TrimSpace(e.Data)
	switch {
	case len(data) == 0:
		return append(dst, frame...), false, nil // a comment, or nothing
	case bytes.Equal(data, doneMark):
		d.final = true
		return append(dst, frame...), true, nil
	}
	special := hasKey(data, usageKey, "{") || bytes.Contains(data, errorWord) || string(e.Type) == "error"
	var m chunk
	if !d.started || special {
		members(data, m.member)
		if m.failure != nil || string(e.Type) == "error" {
			return dst, false, m.fault(data)
		}
		d.started = true
	}
	finish := finishes(data)
	pieces := d.guess.pieces
	start, end := d.guess.add(data)
	wrote := d.guess.pieces - pieces
	// What is told before the end of the answer is how far it has come.
	d.final = d.final && wrote == 0
	d.take(&m, m.noChoices() || finish || d.finished && wrote == 0)
	d.finished = d.finished || finish
	if !d.keepUsage && m.usageOnly() {
		return dst, false, nil
	}
	// Without the model's name a frame may say more than its text.
	if !special && !finish && wrote == 1 && d.usage.Model != "" {
		if rest, ok := bytes.CutPrefix(frame, dataField); ok && bytes.HasPrefix(rest, data) {
			d.alike.learn(frame, len(dataField)+start, len(dataField)+end)
		}
	}
	d.searched = d.searched || quotes(data)
	return append(dst, frame...), false, nil
}

// Usage is what the answer has said so far. ok is false while it has not said all
// of its tokens in the end: figures on the way, zeros for what was seen, and
// input or output alone are not enough. What it has not said is guessed from what
// was sent and seen, unless the figures on the way are higher.
func (d *Decoder) Usage() (u Usage, ok bool) {
	u = d.usage
	t := &u.Tokens
	seen := d.guess.bytes > 0
	u.InputSaid = d.final && (d.said.in || d.said.total && d.embeds) && (t.In() > 0 || t.Out() == 0 && !seen && !d.embeds)
	u.OutputSaid = d.final && (d.said.out || d.embeds && u.InputSaid) && (t.Out() > 0 || !seen)
	if !u.InputSaid {
		t.Input += max(d.input-t.In(), 0)
	}
	if !u.OutputSaid {
		t.Output += max(d.guess.tokens()-t.Out(), 0)
	}
	if d.searched && t.WebSearches == 0 {
		t.WebSearches = 1
	}
	return u, u.InputSaid && u.OutputSaid
}

// citation is in the annotations of an answer that quotes pages of the web. In a
// JSON string its quotes would be escaped.
var citation = []byte(`"url_citation"`)

// quotes reports whether an answer quotes pages of the web, which says that there
// was a search; how many there were is not said.
func quotes(data []byte) bool { return bytes.Contains(data, citation) }

// take keeps what m says of usage; the last to say something wins, but for zeros.
// final is whether the answer is at its end.
func (d *Decoder) take(m *chunk, final bool) {
	for _, usage := range [][]byte{m.groqUsage, m.usage} {
		if t, said := parseUsage(usage); said.anything() && (t != claviger.Tokens{} || d.usage.Tokens == t) {
			d.usage.Tokens, d.said, d.final = t, said, final
		}
	}
	d.embeds = d.embeds || m.embeds
	if d.usage.Model == "" {
		d.usage.Model = modelName(m.model)
	}
}
