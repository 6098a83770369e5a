package openai

import (
	"bytes"

	"github.com/go-json-experiment/json/jsontext"
)

// withoutStreamOptions is body without its stream_options, every other member
// as it was. A body that is no JSON object comes back as it is; body is never
// written to.
func withoutStreamOptions(body []byte) []byte {
	const name = "stream_options"
	if !bytes.Contains(body, []byte(`_options`)) {
		return body
	}
	dec := jsontext.NewDecoder(bytes.NewReader(body), jsontext.AllowInvalidUTF8(true))
	if dec.PeekKind() != '{' {
		return body
	}
	if _, err := dec.ReadToken(); err != nil {
		return body
	}
	for first := true; dec.PeekKind() == '"'; first = false {
		before := int(dec.InputOffset()) // the end of what came before
		key, err := dec.ReadToken()
		if err != nil {
			return body
		}
		found := key.String() == name
		if err := dec.SkipValue(); err != nil {
			return body
		}
		if !found {
			continue
		}
		after := int(dec.InputOffset())
		if rest := bytes.TrimLeft(body[after:], " \t\r\n"); first && len(rest) > 0 && rest[0] == ',' {
			after = len(body) - len(rest) + 1
		}
		return append(bytes.Clone(body[:before]), body[after:]...)
	}
	return body
}
