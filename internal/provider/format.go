package provider

import "strings"

// Check says in words why v does not have the format, or "", which an empty v
// has always. Formats other than Line become parts of URLs, so that nothing in
// them may end a host or a path.
func (f Format) Check(v string) string {
	if v == "" {
		return ""
	}
	switch f {
	case Line:
		return checkLine(v)
	case Label:
		if len(v) > 63 || !alphanumeric(v[0]) || !alphanumeric(v[len(v)-1]) || strings.ContainsFunc(v, without("-")) {
			return "must be letters, digits and inner hyphens, at most 63"
		}
	case Domain:
		for part := range strings.SplitSeq(v, ".") {
			if part == "" || !alphanumeric(part[0]) || !alphanumeric(part[len(part)-1]) || strings.ContainsFunc(part, without("-_")) {
				return "must be parts of letters, digits, hyphens and underscores, joined by dots"
			}
		}
	case Segment:
		if !alphanumeric(v[0]) || strings.ContainsFunc(v, without("-_.~:")) {
			return "must begin with a letter or digit and hold only those and - _ . ~ :"
		}
	case PublicURL:
		return CheckHost(v, false)
	}
	return ""
}

func alphanumeric(b byte) bool {
	return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9'
}

// without is true for what is neither a letter, a digit nor one of others.
func without(others string) func(rune) bool {
	return func(r rune) bool {
		return r >= 0x80 || !alphanumeric(byte(r)) && !strings.ContainsRune(others, r)
	}
}
