package sse

import "bytes"

// Event is what a frame says. Fields the frame does not have are nil; a field
// with an empty value is empty, not nil. Comments and unknown fields are left
// out.
type Event struct {
	Type []byte // of the last "event" field
	Data []byte // all "data" fields, joined by LF
	ID   []byte // of the last "id" field
}

var bom = []byte("\xef\xbb\xbf")

// Parse reads one frame. Every field aliases frame, but for Data of more than
// one line, which is a copy. A byte order mark at the start is skipped.
func Parse(frame []byte) Event {
	var e Event
	lines := 0
	for rest := bytes.TrimPrefix(frame, bom); len(rest) > 0; {
		line := rest
		if n := lineEnd(rest); n >= 0 {
			line, rest = rest[:n], rest[n+1:]
		} else {
			rest = nil
		}
		name, value, _ := bytes.Cut(line, colon)
		if len(value) > 0 && value[0] == ' ' {
			value = value[1:]
		}
		if value == nil {
			value = line[len(line):] // a name alone has an empty value
		}
		switch string(name) {
		case "data":
			switch lines++; lines {
			case 1:
				e.Data = value
			case 2:
				e.Data = append(append(append([]byte{}, e.Data...), '\n'), value...)
			default:
				e.Data = append(append(e.Data, '\n'), value...)
			}
		case "event":
			e.Type = value
		case "id":
			if bytes.IndexByte(value, 0) < 0 {
				e.ID = value
			}
		}
	}
	return e
}

var colon = []byte{':'}

// AppendEvent appends to dst the frame of an event: its type unless typ is "",
// then data, one line for each of its lines. typ must hold no line end.
func AppendEvent(dst []byte, typ string, data []byte) []byte {
	if typ != "" {
		dst = append(append(append(dst, "event: "...), typ...), '\n')
	}
	for {
		n := lineEnd(data)
		if n < 0 {
			return append(append(append(dst, "data: "...), data...), "\n\n"...)
		}
		dst = append(append(append(dst, "data: "...), data[:n]...), '\n')
		if data[n] == '\r' && n+1 < len(data) && data[n+1] == '\n' {
			n++
		}
		data = data[n+1:]
	}
}
