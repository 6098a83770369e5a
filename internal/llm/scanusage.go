package llm

import "bytes"

// maxCapture bounds the values a UsageScanner keeps, in bytes.
const maxCapture = 16 << 10

// UsageScanner reads what an answer used while it passes by: it is written to
// piece by piece. It needs the same small memory for an answer of any size; usage of
// more than 16 KiB is not read. The zero value is ready.
type UsageScanner struct {
	depth    int
	inString bool
	escaped  bool
	isName   bool   // the string is a member's name at depth 1
	name     []byte // of the current member at depth 1
	value    []byte // of the current member, while it is of interest
	keep     bool
	last     byte // the last byte outside of strings and spaces
	found    chunk
}

// Write reads the next piece. It never fails.
func (s *UsageScanner) Write(p []byte) (int, error) {
	for i := 0; i < len(p); i++ {
		if s.inString && !s.keep && !s.isName && !s.escaped {
			i += plain(p[i:])
			if i == len(p) {
				break
			}
		}
		c := p[i]
		if s.keep {
			s.capture(c)
		}
		switch {
		case s.inString:
			s.stringByte(c)
		case c == '"':
			s.inString = true
			s.isName = s.depth == 1 && (s.last == '{' || s.last == ',')
			if s.isName {
				s.name = s.name[:0]
			}
			s.last = c
		case c == '{' || c == '[':
			if c == '[' && s.depth == 1 && s.last == ':' && string(s.name) == "data" {
				s.found.embeds = true
			}
			s.depth++
			s.last = c
		case c == '}' || c == ']':
			if s.depth == 1 {
				s.member()
			}
			s.depth--
			s.last = c
		case c == ',':
			if s.depth == 1 {
				s.member()
			}
			s.last = c
		case c == ':':
			if s.depth == 1 {
				switch string(s.name) {
				case "usage", "model", "x_groq":
					s.keep = true
				}
			}
			s.last = c
		}
	}
	return len(p), nil
}

// plain is how many bytes of a string to pass over at once.
func plain(p []byte) int {
	n := bytes.IndexByte(p, '"')
	if n < 0 {
		n = len(p)
	}
	if esc := bytes.IndexByte(p[:n], '\\'); esc >= 0 {
		return esc
	}
	return n
}

// stringByte reads a byte of a string after its opening quote.
func (s *UsageScanner) stringByte(c byte) {
	switch {
	case s.escaped:
		s.escaped = false
	case c == '\\':
		s.escaped = true
	case c == '"':
		s.inString = false
		return
	}
	if s.isName && len(s.name) < 16 {
		s.name = append(s.name, c)
	}
}

func (s *UsageScanner) capture(c byte) {
	if len(s.value) < maxCapture {
		s.value = append(s.value, c)
	} else {
		s.keep, s.value = false, s.value[:0]
	}
}

// member ends a member at depth 1. The byte that ends it has been captured too.
func (s *UsageScanner) member() {
	if s.keep {
		value := append([]byte(nil), s.value[space(s.value, 0):]...)
		if end := valueEnd(value, 0); end > 0 {
			s.found.member(s.name, value[:end])
		}
	}
	s.keep, s.value, s.name = false, s.value[:0], s.name[:0]
}

// Usage is what the pieces so far say. ok is false when they say not all of the
// answer's tokens; what they do not say is zero then.
func (s *UsageScanner) Usage() (u Usage, ok bool) {
	var d Decoder
	d.take(&s.found, true)
	return d.Usage()
}
