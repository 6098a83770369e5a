package provider

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/claviger/claviger/internal/secret"
)

// Credential is all that is secret of how s authenticates, as one text to tell
// credentials apart by: the key alone where that is all, else the key and the
// secret fields of the kind that the mode has a use for, by name. Where none of
// these is there, the custom headers may be what authenticates. JSON documents
// are the same whatever their spacing and order. It is zero when there is
// nothing secret.
func (k Spec) Credential(s Settings) secret.String {
	unused := k.Unused(s)
	var parts []string
	add := func(name string, v secret.String) {
		if !v.IsZero() && !slices.Contains(unused, name) {
			parts = append(parts, name, sameDocument(v.Reveal()))
		}
	}
	add("key", s.Key)
	for _, f := range k.Fields {
		if f.Secret {
			add(f.Name, s.Secret[f.Name])
		}
	}
	if len(parts) == 0 {
		add(CustomHeaders, s.Secret[CustomHeaders])
	}
	if len(parts) == 2 && parts[0] == "key" {
		return s.Key
	}
	// No key begins with NUL, and lengths tell where each part ends.
	var joined strings.Builder
	for _, p := range parts {
		joined.WriteString("\x00" + strconv.Itoa(len(p)) + ":" + p)
	}
	return secret.New(joined.String())
}

// sameDocument is the one form of a JSON object; any other text stays as it is.
func sameDocument(v string) string {
	var object map[string]any
	if json.Unmarshal([]byte(v), &object) != nil {
		return v
	}
	out, err := json.Marshal(object)
	if err != nil {
		return v
	}
	return string(out)
}
