package admin

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"github.com/claviger/claviger/internal/provider"
	"github.com/claviger/claviger/internal/secret"
)

// A secret must not outlive its use: when the mode of authentication changes,
// what only the mode before had a use for goes with it.

// changesMode reports whether was and s name two modes of authentication.
func (s settings) changesMode(was settings, spec provider.Spec) bool {
	before, after := spec.Mode(was.given("", nil)).Name, spec.Mode(s.given("", nil)).Name
	return before != "" && after != "" && before != after
}

// dropUnused forgets what is still as it was and means nothing to a new mode of
// authentication. What the request gives anew stays, as it does without a change
// of mode.
func (s *settings) dropUnused(was settings, spec provider.Spec) {
	if !s.changesMode(was, spec) {
		return
	}
	for _, name := range spec.Unused(s.given("", nil)) {
		switch {
		case name == "key":
			if s.secret.Key.Reveal() == was.secret.Key.Reveal() {
				s.secret.Key = secret.String{}
			}
		case bytes.Equal(s.plain[name], was.plain[name]) && s.secret.Fields[name].Reveal() == was.secret.Fields[name].Reveal():
			delete(s.plain, name)
			delete(s.secret.Fields, name)
		}
	}
}

// mappingsFor are the stored mappings that a new mode of authentication has a
// use for.
func (s settings) mappingsFor(was settings, stored json.RawMessage, spec provider.Spec) json.RawMessage {
	list := Mappings(stored)
	if len(list) == 0 || !s.changesMode(was, spec) {
		return stored
	}
	unused := spec.Unused(s.given("", nil))
	kept := slices.DeleteFunc(slices.Clone(list), func(m SecretMapping) bool {
		return slices.Contains(unused, strings.TrimPrefix(m.TargetField, "configurations."))
	})
	if len(kept) == len(list) {
		return stored
	}
	return encodeMappings(kept)
}
