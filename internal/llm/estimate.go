package llm

import "bytes"

// bytesPerToken is what a token of usual text comes to.
const bytesPerToken = 4

// estimate counts the content of an answer that has not said what it used.
type estimate struct {
	pieces int64 // strings of content; a stream sends about one per token
	bytes  int64
}

// tokens is the guess: as many tokens as pieces of a stream came, but at least
// one for four bytes.
func (e estimate) tokens() int64 { return max(e.pieces, (e.bytes+bytesPerToken-1)/bytesPerToken) }

var choicesKey = []byte(`"choices"`)

// add counts the content strings in the choices of an answer or a chunk, and
// says where in data the last one is.
func (e *estimate) add(data []byte) (from, to int) {
	i := bytes.Index(data, choicesKey)
	if i < 0 {
		return 0, 0
	}
	for i += len(choicesKey); ; {
		n := bytes.IndexByte(data[i:], '"')
		if n < 0 {
			return from, to
		}
		start := i + n
		end := stringEnd(data, start)
		if end < 0 {
			return from, to
		}
		i = end
		if end == len(data) || data[end] != ':' || !isContent(data[start+1:end-1]) {
			continue
		}
		if start = space(data, end+1); start == len(data) || data[start] != '"' {
			continue
		}
		if i = stringEnd(data, start); i < 0 {
			return from, to
		}
		if size := i - start - 2; size > 0 {
			e.piece(size)
			from, to = start+1, i-1
		}
	}
}

// piece counts one content string of a size in bytes.
func (e *estimate) piece(size int) {
	if size > 0 {
		e.pieces++
		e.bytes += int64(size)
	}
}

// isContent reports whether a member of that name holds what a model wrote.
func isContent(name []byte) bool {
	switch string(name) {
	case "content", "arguments", "text", "refusal", "reasoning_content", "reasoning":
		return true
	}
	return false
}
