package canary

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"strings"

	"github.com/claviger/claviger/test/harness"
)

// planted is a secret that must not be seen.
type planted struct {
	name  string
	value string
	core  string // the random part of value, which no escaping changes
	// own: the caller's own value, which may come back to that caller in an
	// answer but must be nowhere else.
	own bool
}

// plant makes a secret full of what JSON, URLs and HTML escape.
func plant(name string) planted {
	core := harness.RandomHex(40)
	return planted{name: name, value: `sk-"<&+/=` + core, core: core}
}

// plantOwn makes a value that is the caller's own.
func plantOwn(name string) planted {
	p := plant(name)
	p.own = true
	return p
}

// given is a secret that exists already.
func given(name, value string) planted { return planted{name: name, value: value, core: value} }

// forms are the ways a secret might be written down.
func (p planted) forms() map[string][]byte {
	plain, _ := json.Marshal(p.value) // strings always encode
	var unescaped bytes.Buffer
	enc := json.NewEncoder(&unescaped)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(p.value)
	out := map[string][]byte{
		"plain":             []byte(p.value),
		"its random part":   []byte(p.core),
		"its end":           []byte(p.core[max(len(p.core)-16, 0):]),
		"upper case":        []byte(strings.ToUpper(p.core)),
		"JSON":              bytes.Trim(plain, `"`),
		"JSON, HTML as is":  bytes.Trim(bytes.TrimSpace(unescaped.Bytes()), `"`),
		"query-escaped":     []byte(url.QueryEscape(p.value)),
		"path-escaped":      []byte(url.PathEscape(p.value)),
		"hex":               []byte(hex.EncodeToString([]byte(p.core))),
		"hex in upper case": []byte(strings.ToUpper(hex.EncodeToString([]byte(p.core)))),
	}
	for offset := range 3 {
		name := "base64 at offset " + string(rune('0'+offset))
		out[name] = encoded(base64.RawStdEncoding, p.core, offset)
		out[name+", URL alphabet"] = encoded(base64.RawURLEncoding, p.core, offset)
	}
	for name, form := range out {
		if len(form) < 16 { // would hit by chance
			delete(out, name)
		}
	}
	return out
}

// encoded is how value looks inside the base64 of something longer, offset
// bytes after a group of three began, without the digits its neighbours share.
func encoded(e *base64.Encoding, value string, offset int) []byte {
	text := e.EncodeToString(append(make([]byte, offset), value...))
	start := []int{0, 2, 3}[offset]
	end := len(text)
	if (offset+len(value))%3 != 0 {
		end--
	}
	return []byte(text[start:end])
}

// output is something the server let out.
type output struct {
	where  string
	data   []byte
	answer bool // to a caller, who may see its own values
}

// hit is a secret seen where it must not be.
type hit struct{ secret, form, where string }

// search looks for every form of every secret in every output.
func search(secrets []planted, outputs []output) []hit {
	var hits []hit
	for _, s := range secrets {
		for form, text := range s.forms() {
			for _, o := range outputs {
				if s.own && o.answer {
					continue
				}
				if bytes.Contains(o.data, text) {
					hits = append(hits, hit{s.name, form, o.where})
				}
			}
		}
	}
	return hits
}
