package admin

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/claviger/claviger/internal/provider"
	"github.com/claviger/claviger/internal/secret"
	"github.com/claviger/claviger/internal/vault"
)

// settings is what an integration stores of its account, opened: the plain
// configuration fields and the secrets.
type settings struct {
	plain  map[string]json.RawMessage
	secret vault.Credentials
}

const (
	maxConfigurations = 64
	// maxSetting bounds a secret setting, in bytes: also one that no kind declares.
	// Headers have bounds of their own.
	maxSetting = 64 << 10
)

// clone returns settings that may be changed.
func (s settings) clone() settings {
	out := settings{plain: maps.Clone(s.plain), secret: vault.Credentials{Key: s.secret.Key, Fields: maps.Clone(s.secret.Fields)}}
	if out.plain == nil {
		out.plain = map[string]json.RawMessage{}
	}
	if out.secret.Fields == nil {
		out.secret.Fields = map[string]secret.String{}
	}
	return out
}

// given is s in the words of the kind of provider.
func (s settings) given(kind string, mappings []SecretMapping) provider.Settings {
	g := provider.Settings{AIProvider: kind, Key: s.secret.Key, Plain: s.plain, Secret: s.secret.Fields}
	for _, m := range mappings {
		g.Mapped = append(g.Mapped, strings.TrimPrefix(m.TargetField, "configurations."))
	}
	return g
}

// sameSecrets reports whether a and b hold the same secrets.
func sameSecrets(a, b vault.Credentials) bool {
	return a.Key.Reveal() == b.Key.Reveal() &&
		maps.EqualFunc(a.Fields, b.Fields, func(x, y secret.String) bool { return x.Reveal() == y.Reveal() })
}

// setKey puts an incoming key into s. Absent, empty and the current mask keep
// the stored one; null removes it.
func (s *settings) setKey(in Optional[secret.String], p *problems) {
	key, ok := in.Get()
	switch {
	case in.Null:
		s.secret.Key = secret.String{}
	case !ok || key.IsZero() || key.Reveal() == s.secret.Key.Mask():
	case looksMasked(key.Reveal()):
		p.add("key", maskedValue)
	default:
		s.secret.Key = key
	}
}

const maskedValue = "looks like a masked value; send the secret itself, or leave the field out to keep it"

// looksMasked reports whether v has the form in which secrets are shown. No
// real secret has it, so such a value is a mask on its way back.
func looksMasked(v string) bool {
	const stars = "*******"
	r := []rune(v)
	return v == stars || len(r) == len(stars)+4 && string(r[2:len(r)-2]) == stars
}

// merge puts incoming configurations into s, field by field: null removes a
// field, masked_ ones are what we showed and are passed over, and a secret that
// equals its mask keeps the stored one.
func (s *settings) merge(in map[string]json.RawMessage, spec provider.Spec, p *problems) {
	if len(in) > maxConfigurations {
		p.add("configurations", "holds too many fields")
		return
	}
	incoming := map[string]json.RawMessage{}
	for name, raw := range in {
		at := "configurations." + name
		switch {
		case strings.HasPrefix(name, "masked_"):
		case !fieldName(name):
			p.add("configurations", "holds a name that is no field's")
		case isNull(raw):
			delete(s.plain, name)
			delete(s.secret.Fields, name)
		case string(raw) == `""`:
		default:
			if name == provider.CustomHeaders {
				raw = s.restoreHeaders(at, raw, p)
			}
			incoming[name] = raw
		}
	}
	plain, secrets := spec.Split(incoming)
	maps.Copy(s.plain, plain)
	for name, v := range secrets {
		switch {
		case v.Reveal() == s.secret.Fields[name].Mask():
		case looksMasked(v.Reveal()):
			p.add("configurations."+name, maskedValue)
		case len(v.Reveal()) > maxSetting && name != provider.CustomHeaders:
			p.add("configurations."+name, fmt.Sprintf("must be at most %d bytes", maxSetting))
		default:
			s.secret.Fields[name] = v
		}
	}
}

func fieldName(name string) bool {
	return name != "" && len(name) <= 128 && !strings.ContainsFunc(name, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_')
	})
}

// restoreHeaders puts the stored value in the place of a header that came back
// as its mask.
func (s *settings) restoreHeaders(at string, raw json.RawMessage, p *problems) json.RawMessage {
	var sent, stored map[string]string
	if json.Unmarshal(raw, &sent) != nil {
		return raw // the kind's own validation says what is wrong
	}
	if v := s.secret.Fields[provider.CustomHeaders]; !v.IsZero() && json.Unmarshal([]byte(v.Reveal()), &stored) != nil {
		stored = nil
	}
	for _, name := range slices.Sorted(maps.Keys(sent)) {
		switch v := sent[name]; {
		case stored[name] != "" && v == secret.Mask(stored[name]):
			sent[name] = stored[name]
		case looksMasked(v):
			p.add(at, "holds a value that "+maskedValue)
		}
	}
	out, err := json.Marshal(sent)
	if err != nil {
		return raw
	}
	return out
}

// dropMapped forgets what a secret mapping fills: such values are read when
// they are needed and never stored.
func (s *settings) dropMapped(list []SecretMapping) {
	for _, m := range list {
		name, field := strings.CutPrefix(m.TargetField, "configurations.")
		if !field {
			s.secret.Key = secret.String{}
			continue
		}
		delete(s.plain, name)
		delete(s.secret.Fields, name)
	}
}
