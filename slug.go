package claviger

import (
	"crypto/rand"
	"encoding/hex"
	"strings"
)

// MaxSlug is the longest slug, in bytes.
const MaxSlug = 255

// CheckSlug says in words what is wrong with a slug, or "".
func CheckSlug(s string) string {
	switch {
	case s == "":
		return "must not be empty"
	case len(s) > MaxSlug:
		return "must be at most 255 characters"
	case strings.IndexFunc(s, notSlug) >= 0:
		return "may hold letters, digits, '-' and '_' only"
	case IsUUID(s):
		return "must not have the shape of a UUID"
	}
	return ""
}

func notSlug(r rune) bool {
	return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_')
}

// NewSlug makes a slug from a name: prefix, the first n characters of the name
// in kebab case, and six random hex digits.
func NewSlug(prefix, name string, n int) string {
	var b strings.Builder
	for _, r := range strings.ToLower(name) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
		if b.Len() >= n {
			break
		}
	}
	if b.Len() > 0 && !strings.HasSuffix(b.String(), "-") {
		b.WriteByte('-')
	}
	var random [3]byte
	rand.Read(random[:])
	return prefix + b.String() + hex.EncodeToString(random[:])
}
