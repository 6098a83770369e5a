package llm

// Pass notes what an answer says of itself while it passes by in pieces, for an
// answer too large to hold. It replaces [Decoder.Body].
func (d *Decoder) Pass(piece []byte) {
	d.passing.Write(piece) //nolint:errcheck // never fails
	d.take(&d.passing.found)
}

// Finished reports whether a stream has said why its answer ended, so that
// nothing is missing when it closes without "[DONE]".
func (d *Decoder) Finished() bool { return d.finished }

var finishKey = []byte(`"finish_reason"`)
