package llm

import "bytes"

// A body that has no more colons and brackets than plainMarks, and no string of
// plainName bytes that could be a name, needs so little that it is not told.
const (
	plainMarks = 4096
	plainName  = 256
)

// plainBody reports whether a body needs no closer look.
func plainBody(body []byte) bool {
	if len(body) <= plainMarks {
		return true
	}
	if bytes.Count(body, []byte{':'}) > plainMarks ||
		bytes.Count(body, []byte{'{'})+bytes.Count(body, []byte{'['}) > plainMarks {
		return false
	}
	// Of a long name one of these bytes is a part, and a colon follows its end.
	for at := plainName; at < len(body); at += plainName - at%plainName {
		n := bytes.IndexByte(body[at:], '"')
		for n >= 0 && escaped(body, at+n) {
			at += n + 1
			n = bytes.IndexByte(body[at:], '"')
		}
		if n < 0 {
			return true
		}
		if at += n; followed(body, at+1) && !quoted(body, at-plainName, at) {
			return false
		}
	}
	return true
}

// escaped reports whether the quote at i is a part of a string.
func escaped(body []byte, i int) bool {
	n := 0
	for n < i && body[i-n-1] == '\\' {
		n++
	}
	return n%2 == 1
}

// quoted reports whether a string begins or ends between from and to.
func quoted(body []byte, from, to int) bool {
	for {
		i := bytes.LastIndexByte(body[from:to], '"')
		if i < 0 || !escaped(body, from+i) {
			return i >= 0
		}
		to = from + i
	}
}

// followed reports whether a colon is the next thing in body from at on.
func followed(body []byte, at int) bool {
	at = space(body, at)
	return at < len(body) && body[at] == ':'
}
