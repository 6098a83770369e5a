package provider_test

import (
	"encoding/json"
	"testing"

	"github.com/claviger/claviger/internal/provider"
	"github.com/claviger/claviger/internal/secret"
)

func TestCredentialIsWhatTheModeSends(t *testing.T) {
	kind := provider.Spec{
		Auth: provider.Auth{Field: "mode", Modes: []provider.Mode{
			{Name: "key", Needs: []string{"key"}}, {Name: "pair", Needs: []string{"id", "secret"}},
		}},
		Fields: []provider.Field{{Name: "id", Secret: true}, {Name: "secret", Secret: true}, {Name: "token", Secret: true}, {Name: "plain"}},
	}
	with := func(mode, key string, fields ...string) secret.String {
		s := provider.Settings{Key: secret.New(key), Secret: map[string]secret.String{}}
		s.Plain, _ = kind.Split(map[string]json.RawMessage{"mode": json.RawMessage(`"` + mode + `"`)})
		for i := 0; i < len(fields); i += 2 {
			s.Secret[fields[i]] = secret.New(fields[i+1])
		}
		return kind.Credential(s)
	}
	same := map[string][2]secret.String{
		"a key is itself":                       {with("key", "k"), secret.New("k")},
		"what another mode uses does not count": {with("key", "k", "id", "i", "secret", "s"), with("key", "k")},
		"nor does its key":                      {with("pair", "k", "id", "i", "secret", "s"), with("pair", "", "id", "i", "secret", "s")},
		"headers beside a key do not count":     {with("key", "k", provider.CustomHeaders, `{"a":"b"}`), with("key", "k")},
		"fields nobody declared do not count":   {with("key", "k", "odd", "o"), with("key", "k")},
		"headers in any order":                  {with("key", "", provider.CustomHeaders, `{"a":"b","c":"d"}`), with("key", "", provider.CustomHeaders, `{"c":"d", "a":"b"}`)},
		"nothing":                               {with("key", ""), secret.String{}},
	}
	for name, pair := range same {
		if pair[0].Reveal() != pair[1].Reveal() {
			t.Errorf("%s: %q and %q", name, pair[0].Reveal(), pair[1].Reveal())
		}
	}
	different := map[string][2]secret.String{
		"another secret":                  {with("pair", "", "id", "i", "secret", "s"), with("pair", "", "id", "i", "secret", "t")},
		"a part moved to the next":        {with("pair", "", "id", "ab", "secret", "c"), with("pair", "", "id", "a", "secret", "bc")},
		"a key and a field of that value": {with("key", "k"), with("pair", "", "id", "k")},
		"a field of all modes":            {with("key", "k", "token", "t"), with("key", "k")},
	}
	for name, pair := range different {
		if pair[0].Reveal() == pair[1].Reveal() {
			t.Errorf("%s: both are %q", name, pair[0].Reveal())
		}
	}
}
