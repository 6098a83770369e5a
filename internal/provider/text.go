package provider

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// checkText says in words what is wrong with a text, or "".
func (f Field) checkText(v string) string {
	if v == "" {
		return ""
	}
	longest := f.Max
	if longest == 0 {
		longest = maxText
		if f.Secret {
			longest = maxSecret
		}
	}
	switch {
	case len(v) > longest:
		return "must be at most " + strconv.Itoa(longest) + " bytes"
	case len(f.Choices) > 0 && !slices.Contains(f.Choices, v):
		return "must be one of " + strings.Join(f.Choices, ", ")
	case f.Secret && (v[0] == '{' || v[0] == '[') && json.Valid([]byte(v)):
		return "must be a string" // secrets that are none are kept as JSON text
	case f.Secret:
		return ""
	}
	if problem := checkLine(v); problem != "" {
		return problem
	}
	return f.Format.Check(v)
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
