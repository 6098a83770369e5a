package gateway

import (
	"regexp"
	"strings"
)

// elision is what stands for the part of a key that is not shown.
var elision = regexp.MustCompile(`[*•]{2,}|\.{3,}|…+|x{3,}|X{3,}`)

const (
	// leastShown is how many characters of a key's beginning or end beside an
	// elision are taken out.
	leastShown = 3
	// leastWord is how many letters alone are, where a word may stand, too.
	leastWord = 6
)

// stars takes out what a provider's error shows of the key, such as
// "sk-abcde****wxyz" or "...wxyz": that is more than our own mask shows.
func (sc scrubber) stars(text string) string {
	if sc.key == "" {
		return text
	}
	var out strings.Builder
	done := 0
	for _, run := range elision.FindAllStringIndex(text, -1) {
		if run[0] < done {
			continue // of what was taken out already
		}
		before, after := sc.before(text[done:run[0]]), sc.after(text[run[1]:])
		worded := strings.ContainsRune(".…xX", []rune(text[run[0]:])[0])
		if !tells(text[run[0]-before:run[0]], worded) {
			before = 0
		}
		if !tells(text[run[1]:run[1]+after], worded) {
			after = 0
		}
		if before+after == 0 {
			continue
		}
		from, to := run[0]-before, run[1]+after
		if !worded { // whatever is on the other side is not said otherwise either
			if before == 0 {
				from = done + len(strings.TrimRightFunc(text[done:from], ofKey))
			}
			to = len(text) - len(strings.TrimLeftFunc(text[to:], ofKey))
		}
		out.WriteString(text[done:from])
		out.Write(scrubbed)
		done = to
	}
	if done == 0 {
		return text
	}
	out.WriteString(text[done:])
	return out.String()
}

// before is how many bytes at the end of text are the key's beginning, as a word
// of its own.
func (sc scrubber) before(text string) int {
	for n := min(len(text), len(sc.key)); n >= leastShown; n-- {
		if strings.HasSuffix(text, sc.key[:n]) && (n == len(text) || !alphanumeric(text[len(text)-n-1])) {
			return n
		}
	}
	return 0
}

// after is how many bytes at the beginning of text are the key's end, as a word of
// its own.
func (sc scrubber) after(text string) int {
	for n := min(len(text), len(sc.key)); n >= leastShown; n-- {
		if strings.HasPrefix(text, sc.key[len(sc.key)-n:]) && (n == len(text) || !alphanumeric(text[n])) {
			return n
		}
	}
	return 0
}

// tells reports whether what is shown tells something of a key. Beside dots and
// the letter x, which are in texts, too, a short word of small letters does not.
func tells(shown string, worded bool) bool {
	return shown != "" && (!worded || len(shown) >= leastWord ||
		strings.ContainsFunc(shown, func(r rune) bool { return r < 'a' || r > 'z' }))
}

func alphanumeric(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// ofKey reports whether r may be of a key, or of what stands for a part of it.
func ofKey(r rune) bool {
	return r < 0x80 && alphanumeric(byte(r)) || strings.ContainsRune("-_*•", r)
}
