package catalogue

import "strings"

// rule gives a model every name that its pattern matches, but for those of its
// exclusions.
type rule struct {
	glob  string
	not   []string
	model int32
}

// matches reports whether the rule takes a name, in lower case.
func (r *rule) matches(text string) bool {
	if !globMatch(r.glob, text) {
		return false
	}
	for _, n := range r.not {
		if globMatch(n, text) {
			return false
		}
	}
	return true
}

// specific is how much of a name the rule spells out: of two rules that match,
// the one with more of it is meant.
func (r *rule) specific() int { return len(r.glob) - strings.Count(r.glob, "*") }

func isGlob(s string) bool { return strings.ContainsAny(s, "*#") }

// globMatch matches text with a pattern in which * is any run of bytes and # a
// digit. It goes back to the last star only, so its time is at most the product
// of both lengths.
func globMatch(pattern, text string) bool {
	p, t := 0, 0
	star, from := -1, 0
	for t < len(text) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, from = p, t
			p++
		case p < len(pattern) && (pattern[p] == text[t] || pattern[p] == '#' && digit(text[t])):
			p++
			t++
		case star >= 0:
			from++
			p, t = star+1, from
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}

func digit(b byte) bool { return b >= '0' && b <= '9' }
