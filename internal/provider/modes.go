package provider

import "slices"

// Unused are the fields, and "key", that belong to modes of authentication of
// the kind and not to that of s, in the order of the modes; none when s names no
// mode there is. What no mode names belongs to all of them, and so does the key
// while a field of s asks for it in every mode.
func (k Spec) Unused(s Settings) (names []string) {
	mode := k.Mode(s)
	if mode.Name == "" {
		return nil
	}
	for _, other := range k.Auth.Modes {
		for _, name := range other.fields() {
			keep := name == "key" && k.keyAnyway(s) != ""
			if !keep && !slices.Contains(mode.fields(), name) && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// fields are all that the mode knows what to do with.
func (m Mode) fields() []string { return slices.Concat(m.Needs, m.Uses) }

// keyAnyway is the field of s that asks for a key in every mode; "" for none.
func (k Spec) keyAnyway(s Settings) string {
	for _, f := range k.Fields {
		if f.NeedsKey && string(s.Plain[f.Name]) == "true" {
			return f.Name
		}
	}
	return ""
}
