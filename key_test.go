package claviger_test

import (
	"strings"
	"testing"

	claviger "github.com/claviger/claviger"
)

func TestNewKeyIsWellFormedAndItsOwn(t *testing.T) {
	kinds := map[string]struct {
		typ claviger.KeyType
		sub claviger.KeySubType
	}{
		"clv_o_": {claviger.OrganisationKey, claviger.ServiceKey},
		"clv_s_": {claviger.WorkspaceKey, claviger.ServiceKey},
		"clv_u_": {claviger.WorkspaceKey, claviger.UserKey},
	}
	for prefix, k := range kinds {
		a, b := claviger.NewKey(k.typ, k.sub).Reveal(), claviger.NewKey(k.typ, k.sub).Reveal()
		if !strings.HasPrefix(a, prefix) || !claviger.WellFormed(a) {
			t.Errorf("a key of %s%s is not well formed", k.typ, k.sub)
		}
		if a == b || claviger.HashKey(a) == claviger.HashKey(b) {
			t.Errorf("two keys of %s are the same", prefix)
		}
	}
}

func TestWellFormedTellsMistypedKeys(t *testing.T) {
	key := claviger.NewKey(claviger.WorkspaceKey, claviger.ServiceKey).Reveal()
	bad := map[string]string{
		"empty":             "",
		"one character off": flip(key, 20),
		"checksum off":      flip(key, len(key)-1),
		"another kind":      "clv_x_" + key[6:],
		"cut":               key[:len(key)-1],
		"chosen by hand":    "an-operator-chose-this-key-by-hand-0123",
	}
	for name, k := range bad {
		if claviger.WellFormed(k) {
			t.Errorf("%s: taken as well formed", name)
		}
	}
}

func flip(s string, at int) string {
	c := byte('a')
	if s[at] == c {
		c = 'b'
	}
	return s[:at] + string(c) + s[at+1:]
}

func FuzzWellFormed(f *testing.F) {
	f.Add("clv_o_")
	f.Fuzz(func(t *testing.T, s string) {
		claviger.WellFormed(s)
		claviger.HashKey(s)
	})
}
