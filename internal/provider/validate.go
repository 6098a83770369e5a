package provider

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/secret"
)

// maxText is the longest value of a text field or a key, in bytes.
const maxText = 8 << 10

// Validate returns everything that is wrong with s, by the paths of the admin
// API: "key", "configurations.openai_project". No message holds a value. Which
// addresses custom_host may name depends on who names it, so what it says is
// left to [CheckHost].
func (k Spec) Validate(s Settings) claviger.Problems {
	var problems claviger.Problems
	if s.Key.IsZero() {
		if k.KeyRequired && !slices.Contains(s.Mapped, "key") {
			problems.Add("key", "is required")
		}
	} else if problem := checkLine(s.Key.Reveal()); problem != "" {
		problems.Add("key", problem)
	}
	for _, f := range k.Fields {
		if problem := f.check(s); problem != "" {
			problems.Add("configurations."+f.Name, problem)
		}
	}
	host := Field{Name: CustomHost, Required: k.HostRequired}
	if problem := host.check(s); problem != "" {
		problems.Add("configurations."+CustomHost, problem)
	}
	if v, ok := s.Secret[CustomHeaders]; ok {
		_, wrong := parseHeaders(v.Reveal())
		problems = append(problems, wrong...)
	}
	return problems
}

// check says in words what is wrong with the field's value in s, or "".
func (f Field) check(s Settings) string {
	var v string
	raw, plain := s.Plain[f.Name]
	sealed, hidden := s.Secret[f.Name]
	switch {
	case slices.Contains(s.Mapped, f.Name):
		return ""
	case plain && json.Unmarshal(raw, &v) != nil:
		return "must be a string"
	case hidden:
		v = sealed.Reveal()
	}
	switch {
	case v == "" && f.Required:
		return "is required"
	case v == "" && !plain && !hidden:
		return ""
	case len(f.Choices) > 0 && !slices.Contains(f.Choices, v):
		return "must be one of " + strings.Join(f.Choices, ", ")
	case f.Secret:
		return "" // a secret may be a document
	}
	return checkLine(v)
}

// checkLine says what is wrong with a text that may become a header, or "".
func checkLine(v string) string {
	switch {
	case len(v) > maxText:
		return "must be at most 8192 bytes"
	case strings.TrimSpace(v) != v:
		return "must not begin or end with white space"
	case strings.ContainsFunc(v, func(r rune) bool { return r < ' ' || r == 0x7f }):
		return "must not hold control characters"
	}
	return ""
}

// plain reports whether the kind declares a field that is no secret.
func (k Spec) plain(name string) bool {
	if name == CustomHost {
		return true
	}
	i := slices.IndexFunc(k.Fields, func(f Field) bool { return f.Name == name })
	return i >= 0 && !k.Fields[i].Secret
}

// Split parts configurations into what is plain and what is secret: everything
// the kind does not declare plain. Nulls are left out. Secrets that are JSON
// strings are decoded, others stay JSON text.
func (k Spec) Split(configurations map[string]json.RawMessage) (plain map[string]json.RawMessage, secrets map[string]secret.String) {
	plain, secrets = map[string]json.RawMessage{}, map[string]secret.String{}
	for name, raw := range configurations {
		raw = bytes.TrimSpace(raw)
		var v string
		switch {
		case len(raw) == 0 || string(raw) == "null":
		case k.plain(name):
			plain[name] = bytes.Clone(raw)
		case json.Unmarshal(raw, &v) == nil:
			secrets[name] = secret.New(v)
		default:
			secrets[name] = secret.New(string(raw))
		}
	}
	return plain, secrets
}

// Masked is configurations as the API shows them: plain fields as they are, a
// secret f as masked_f. masked_custom_headers shows the names and masks the
// values. A plain field that the kind does not declare plain, as can be when the
// declaration changed, is masked too.
func (k Spec) Masked(plain map[string]json.RawMessage, secrets map[string]secret.String) map[string]json.RawMessage {
	out := map[string]json.RawMessage{}
	strays := map[string]json.RawMessage{}
	for name, raw := range plain {
		if k.plain(name) {
			out[name] = raw
		} else {
			strays[name] = raw
		}
	}
	_, hidden := k.Split(strays)
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
