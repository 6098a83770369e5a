package llm

import "bytes"

// alike knows the frames a stream mostly consists of: those that differ from an
// earlier frame in nothing but their text. The earlier one has been read
// member by member; of such a frame it is enough to see that it is one.
//
// Besides the text there may be padding, which is as long as it likes: some
// providers hide by it how long their tokens are.
type alike struct {
	frame []byte // the fixed parts of the earlier frame; nil: none is known
	ends  []int  // where the parts end in it; strings of any content are between
	tries int    // frames that were taken for the earlier one
}

const (
	// maxAlike bounds the frames that are remembered, in bytes.
	maxAlike = 1 << 10
	// maxTries is after how many frames that no later one was like it is given
	// up: remembering costs more than it brings where every frame is different.
	maxTries = 16
)

var padding = []byte(`"obfuscation":"`)

// learn remembers a frame whose one text is frame[start:end].
func (k *alike) learn(frame []byte, start, end int) {
	if len(frame) > maxAlike || k.tries == maxTries {
		return
	}
	k.tries++
	k.frame, k.ends = append(k.frame[:0], frame[:start]...), append(k.ends[:0], start)
	rest := frame[end:]
	if at := bytes.Index(rest, padding); at >= 0 {
		at += len(padding)
		if size := within(rest[at:]); size >= 0 {
			k.frame = append(k.frame, rest[:at]...)
			k.ends = append(k.ends, len(k.frame))
			rest = rest[at+size:]
		}
	}
	k.frame = append(k.frame, rest...)
	k.ends = append(k.ends, len(k.frame))
}

// text reports whether frame is one of these, and how long its text is.
func (k *alike) text(frame []byte) (size int, ok bool) {
	if len(k.ends) == 0 {
		return 0, false
	}
	part := k.frame[:k.ends[0]]
	if !bytes.HasPrefix(frame, part) {
		return 0, false
	}
	rest := frame[len(part):]
	for i, end := range k.ends[1:] {
		n := within(rest)
		part = k.frame[k.ends[i]:end]
		if n < 0 || !bytes.HasPrefix(rest[n:], part) {
			return 0, false
		}
		if i == 0 {
			size = n
		}
		rest = rest[n+len(part):]
	}
	if len(rest) > 0 {
		return 0, false
	}
	k.tries = 0
	return size, true
}

// within is how long the rest of a JSON string is, without its closing quote;
// -1 when it does not end in this line.
func within(b []byte) int {
	for i := 0; i < len(b); i++ {
		switch b[i] {
		case '"':
			return i
		case '\\':
			i++
		case '\n', '\r':
			return -1
		}
	}
	return -1
}
