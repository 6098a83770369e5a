package admin

import (
	"strings"
	"unicode/utf8"
)

// liftIcon splits a name as clients send it into name and icon. Clients send
// back the "<icon> <name>" they were shown, whether they change the icon or
// not, and may write an emoji into the name: it becomes the icon unless one was
// given beside it. A name without either keeps the icon.
func liftIcon(name, icon, old string, given bool) (string, string) {
	name = strings.TrimSpace(name)
	for _, shown := range []string{icon, old} {
		if rest, ok := strings.CutPrefix(name, shown+" "); ok && shown != "" && strings.TrimSpace(rest) != "" {
			return strings.TrimSpace(rest), icon
		}
	}
	n := leadingEmoji(name)
	rest := strings.TrimSpace(name[n:])
	if given || n == 0 || rest == "" || name[n] != ' ' {
		return name, icon
	}
	return rest, name[:n]
}

// leadingEmoji is the length, in bytes, of the emoji that s begins with: its
// modifiers, variation selectors and joined emoji included.
func leadingEmoji(s string) int {
	n, joined := 0, true
	for n < len(s) {
		r, size := utf8.DecodeRuneInString(s[n:])
		switch {
		case r == '\u200d' && n > 0:
			joined = true
		case n > 0 && (r == '\ufe0f' || r == '\u20e3' || r >= 0x1F3FB && r <= 0x1F3FF):
		case regional(r) && n > 0 && regionalBefore(s[:n]):
		case joined && emoji(r):
			joined = false
		default:
			return n
		}
		n += size
	}
	return n
}

func emoji(r rune) bool {
	return r >= 0x1F000 && r <= 0x1FAFF || r >= 0x2600 && r <= 0x27BF || r >= 0x2B05 && r <= 0x2B55 ||
		r >= 0x231A && r <= 0x23FF
}

func regional(r rune) bool { return r >= 0x1F1E6 && r <= 0x1F1FF }

// regionalBefore reports whether s is one half of a flag.
func regionalBefore(s string) bool {
	r, size := utf8.DecodeRuneInString(s)
	return regional(r) && size == len(s)
}
