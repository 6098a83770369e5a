package llm

import "bytes"

// Pass notes what an answer says of itself while it passes by in pieces, for an
// answer too large to hold. It replaces [Decoder.Body].
func (d *Decoder) Pass(piece []byte) {
	d.passing.Write(piece) //nolint:errcheck // never fails
	d.take(&d.passing.found, true)
}

// Finished reports whether a stream has said why its answer ended, so that
// nothing is missing when it closes without "[DONE]".
func (d *Decoder) Finished() bool { return d.finished }

var finishKey = []byte(`"finish_reason"`)

// finishes reports whether a chunk gives a reason why an answer ended. Some
// providers have an empty one in every chunk.
func finishes(data []byte) bool {
	for {
		i := bytes.Index(data, finishKey)
		if i < 0 {
			return false
		}
		data = data[i+len(finishKey):]
		if i = space(data, 0); i == len(data) || data[i] != ':' {
			continue
		}
		i = space(data, i+1)
		if i+1 < len(data) && data[i] == '"' && data[i+1] != '"' {
			return true
		}
	}
}
