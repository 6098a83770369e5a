package provider

import (
	"bytes"
	"encoding/json"
	"maps"

	"github.com/claviger/claviger/internal/secret"
)

// Split parts configurations into what is plain and what is secret: everything
// the kind does not declare plain. Nulls are left out, and so are members that
// a list's objects do not declare. Secrets that are JSON strings are decoded,
// others stay JSON text.
func (k Spec) Split(configurations map[string]json.RawMessage) (plain map[string]json.RawMessage, secrets map[string]secret.String) {
	plain, secrets = map[string]json.RawMessage{}, map[string]secret.String{}
	for name, raw := range configurations {
		raw = bytes.TrimSpace(raw)
		f, declared := k.field(name)
		var v string
		switch {
		case len(raw) == 0 || string(raw) == "null":
		case declared && !f.Secret:
			plain[name] = f.declaredOnly(raw)
		case json.Unmarshal(raw, &v) == nil:
			secrets[name] = secret.New(v)
		default:
			secrets[name] = secret.New(string(raw))
		}
	}
	return plain, secrets
}

// declaredOnly is a plain value without what is not declared: a list could
// carry a secret under a name nobody knows. A value of another shape stays as
// it is, for Validate to refuse.
func (f Field) declaredOnly(raw json.RawMessage) json.RawMessage {
	var items []map[string]json.RawMessage
	if f.Type != List || json.Unmarshal(raw, &items) != nil {
		return bytes.Clone(raw)
	}
	for _, item := range items {
		maps.DeleteFunc(item, func(name string, v json.RawMessage) bool {
			return string(v) == "null" || !f.has(name)
		})
	}
	out, err := json.Marshal(items)
	if err != nil {
		return bytes.Clone(raw)
	}
	return out
}

func (f Field) has(name string) bool {
	for _, m := range f.Fields {
		if m.Name == name {
			return true
		}
	}
	return false
}

// Masked is configurations as the API shows them: plain fields as they are, a
// secret f as masked_f. masked_custom_headers shows the names and masks the
// values. A plain field that the kind does not declare plain, as can be when the
// declaration changed, is masked too.
func (k Spec) Masked(plain map[string]json.RawMessage, secrets map[string]secret.String) map[string]json.RawMessage {
	out, hidden := k.Split(plain)
	maps.Copy(hidden, secrets)
	for name, v := range hidden {
		var shown any = v.Mask()
		if headers := (map[string]string{}); name == CustomHeaders && json.Unmarshal([]byte(v.Reveal()), &headers) == nil {
			for h := range headers {
				headers[h] = secret.Mask(headers[h])
			}
			shown = headers
		}
		// Strings and maps of strings always encode.
		out["masked_"+name], _ = json.Marshal(shown)
	}
	return out
}
