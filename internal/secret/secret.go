// Package secret holds the one type for values that must not be seen. Whatever
// prints, formats, logs or encodes a [String] gets its mask; [String.Reveal] is
// the only way out, and easy to search for.
package secret

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
)

// String is a secret in memory. The zero value is the empty secret. It is
// immutable and safe for concurrent use. A fmt verb, a log call or a JSON
// encoder shows only its mask; decoding from JSON takes a JSON string.
type String struct {
	// A pointer to a closure-free box keeps reflection-based printers that
	// ignore Formatter (such as %v on an enclosing unexported field) away from
	// the bytes: they print an address.
	v *string
}

// New wraps s.
func New(s string) String {
	if s == "" {
		return String{}
	}
	return String{&s}
}

// Reveal returns the value itself.
func (s String) Reveal() string {
	if s.v == nil {
		return ""
	}
	return *s.v
}

// IsZero reports whether the secret is empty.
func (s String) IsZero() bool { return s.v == nil }

// Mask shows that there is a secret, and which, without giving it away: the
// first two characters, seven stars whatever the length, and the last two. A
// secret of fewer than eight characters shows stars only, and so does a JSON
// document, whose ends are brackets.
func (s String) Mask() string { return Mask(s.Reveal()) }

// Mask is [String.Mask] for a plain value; "" stays "".
func Mask(v string) string {
	const stars = "*******"
	r := []rune(v)
	switch {
	case len(r) == 0:
		return ""
	case len(r) < 8, r[0] == '{', r[0] == '[':
		return stars
	default:
		return string(r[:2]) + stars + string(r[len(r)-2:])
	}
}

const hidden = "[secret]"

// String implements fmt.Stringer; it never shows the value.
func (s String) String() string { return hidden }

// GoString implements fmt.GoStringer; it never shows the value.
func (s String) GoString() string { return hidden }

// Format implements fmt.Formatter; no verb shows the value.
func (s String) Format(f fmt.State, _ rune) { io.WriteString(f, hidden) }

// LogValue implements slog.LogValuer.
func (s String) LogValue() slog.Value { return slog.StringValue(hidden) }

// MarshalText covers encoders other than JSON.
func (s String) MarshalText() ([]byte, error) { return []byte(s.Mask()), nil }

// MarshalJSON writes the mask.
func (s String) MarshalJSON() ([]byte, error) { return json.Marshal(s.Mask()) }

// UnmarshalJSON takes a JSON string.
func (s *String) UnmarshalJSON(b []byte) error {
	var v string
	if err := json.Unmarshal(b, &v); err != nil {
		return fmt.Errorf("not a string")
	}
	*s = New(v)
	return nil
}
