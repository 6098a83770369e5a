// Package sse reads and writes server-sent events as bytes: where a frame ends
// in a buffer, what it says, and how one is written. It does no input or output
// and sets no limit on the size of a frame; both are the caller's.
package sse

import "bytes"

// Next returns the length of the first complete frame in buf, with the blank
// line that ends it, or 0 when buf holds no complete frame. Lines end in LF,
// CRLF or CR, also mixed. A blank line at the start of buf is a frame of its
// own, without content. Next never allocates, and gives the same frames however
// the stream is cut into buffers.
//
// A blank line that ends in CR may still turn out to end in CRLF, so at the very
// end of buf it is undecided and Next returns 0, with one exception: after a
// line that ended in a lone CR the stream is taken to write lone CRs, and the
// frame ends there. An LF that does follow is then a frame without content.
// [EndOfStream] decides what is left when no more comes.
func Next(buf []byte) int {
	for i := 0; ; {
		n := lineEnd(buf[i:])
		if n < 0 {
			return 0
		}
		// A blank line at the start of buf; a CR there may be half a CRLF.
		if i+n == 0 {
			if buf[0] == '\n' {
				return 1
			}
			if len(buf) == 1 {
				return 0
			}
			if buf[1] == '\n' {
				return 2
			}
			return 1
		}
		i += n + 1
		if i == len(buf) {
			return 0
		}
		lone := buf[i-1] == '\r'
		if lone && buf[i] == '\n' {
			lone = false
			if i++; i == len(buf) {
				return 0
			}
		}
		// i is at the start of a line: is it blank?
		switch {
		case buf[i] == '\n', buf[i] == '\r' && lone:
			return i + 1
		case buf[i] != '\r':
		case i+1 == len(buf):
			return 0
		case buf[i+1] == '\n':
			return i + 2
		default:
			return i + 1
		}
	}
}

// lineEnd is the index of the first CR or LF in b, or -1. It looks through
// windows that grow, so that finding a near one of the two never means looking
// through all of b for the other.
func lineEnd(b []byte) int {
	for off, w := 0, 512; off < len(b); w *= 2 {
		win := b[off:min(off+w, len(b))]
		if lf := bytes.IndexByte(win, '\n'); lf >= 0 {
			if cr := bytes.IndexByte(win[:lf], '\r'); cr >= 0 {
				return off + cr
			}
			return off + lf
		}
		if cr := bytes.IndexByte(win, '\r'); cr >= 0 {
			return off + cr
		}
		off += len(win)
	}
	return -1
}

// EndOfStream makes a frame of what is left in rest, which holds no complete
// frame, once the stream has ended. By the standard such a frame is given up,
// but providers do end with "data: [DONE]" and one line end or none. So a frame
// whose last line is ended is completed with its blank line, and so is the line
// "data: [DONE]" without an end; ok is false for anything else, which was cut
// off, and for an empty rest. frame may alias rest, which is not written to.
func EndOfStream(rest []byte) (frame []byte, ok bool) {
	rest = rest[:len(rest):len(rest)] // appending must copy
	switch {
	case len(rest) == 0:
		return nil, false
	case bytes.HasSuffix(rest, []byte("\n\r")), len(rest) == 1 && rest[0] == '\r':
		return rest, true // the blank line that Next left undecided
	case bytes.HasSuffix(rest, []byte("\r\n")):
		return append(rest, "\r\n"...), true
	case rest[len(rest)-1] == '\n':
		return append(rest, '\n'), true
	case rest[len(rest)-1] == '\r':
		return append(rest, '\r'), true
	case bytes.Equal(bytes.TrimSpace(Parse(rest).Data), []byte("[DONE]")):
		return append(rest, "\n\n"...), true
	}
	return nil, false
}
