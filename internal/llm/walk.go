package llm

import "bytes"

// The walker reads answers of providers, which need no validation but must cost
// next to nothing: it steps over JSON values by their outline alone. It accepts
// more than JSON, copies nothing, and stops at the first thing it cannot make
// out. What comes from callers goes through [Scan] instead.

// Members calls visit with each member of the JSON object in data: its name
// without quotes, as written, and its value, both aliasing data. It stops when
// visit returns false. It reads by outline and validates nothing; it returns
// false when data is not one object by its outline.
func Members(data []byte, visit func(name, value []byte) bool) bool {
	rest, ok := members(data, visit)
	return ok && space(rest, 0) == len(rest)
}

// members calls visit with each member of the JSON object that data starts
// with: its name as written, without quotes and with its escapes, and its
// value. It stops when visit returns false. ok is false when the object is not
// whole; rest is what follows it.
func members(data []byte, visit func(name, value []byte) bool) (rest []byte, ok bool) {
	i := space(data, 0)
	if i == len(data) || data[i] != '{' {
		return nil, false
	}
	if i = space(data, i+1); i < len(data) && data[i] == '}' {
		return data[i+1:], true
	}
	for i < len(data) && data[i] == '"' {
		nameEnd := stringEnd(data, i)
		if nameEnd < 0 {
			return nil, false
		}
		start := space(data, nameEnd)
		if start == len(data) || data[start] != ':' {
			return nil, false
		}
		start = space(data, start+1)
		end := valueEnd(data, start)
		if end < 0 {
			return nil, false
		}
		if !visit(data[i+1:nameEnd-1], data[start:end]) {
			return nil, true
		}
		i = space(data, end)
		if i == len(data) {
			return nil, false
		}
		if data[i] == '}' {
			return data[i+1:], true
		}
		if data[i] != ',' {
			return nil, false
		}
		i = space(data, i+1)
	}
	return nil, false
}

// elements calls visit with each element of the JSON array in data, by outline as
// [Members] does, until visit returns false. It returns false when data is not
// one array as far as it was read.
func elements(data []byte, visit func(value []byte) bool) bool {
	i := space(data, 0)
	if i == len(data) || data[i] != '[' {
		return false
	}
	i = space(data, i+1)
	for more := false; i < len(data) && (more || data[i] != ']'); more = true {
		end := valueEnd(data, i)
		if end < 0 {
			return false
		}
		if !visit(data[i:end]) {
			return true
		}
		i = space(data, end)
		if i < len(data) && data[i] == ',' {
			i = space(data, i+1)
		} else {
			break
		}
	}
	return i < len(data) && data[i] == ']' && space(data, i+1) == len(data)
}

// space is the index of the first byte from i on that is no JSON space.
func space(data []byte, i int) int {
	for i < len(data) && (data[i] == ' ' || data[i] == '\n' || data[i] == '\r' || data[i] == '\t') {
		i++
	}
	return i
}

// stringEnd is the index after the string that starts at i, or -1.
func stringEnd(data []byte, i int) int {
	for i++; ; i++ {
		n := bytes.IndexByte(data[i:], '"')
		if n < 0 {
			return -1
		}
		start := i
		i += n
		escapes := 0
		for i-escapes > start && data[i-escapes-1] == '\\' {
			escapes++
		}
		if escapes%2 == 0 {
			return i + 1
		}
	}
}

// valueEnd is the index after the value that starts at i, or -1.
func valueEnd(data []byte, i int) int {
	if i >= len(data) {
		return -1
	}
	switch data[i] {
	case '"':
		return stringEnd(data, i)
	case '{', '[':
		for depth := 0; i < len(data); {
			switch data[i] {
			case '"':
				if i = stringEnd(data, i); i < 0 {
					return -1
				}
				continue
			case '{', '[':
				depth++
			case '}', ']':
				if depth--; depth == 0 {
					return i + 1
				}
			}
			i++
		}
		return -1
	}
	start := i
	for i < len(data) && bytes.IndexByte(scalarEnds, data[i]) < 0 {
		i++
	}
	if i == start {
		return -1
	}
	return i
}

var scalarEnds = []byte(",}] \t\r\n")

// hasKey reports whether data holds quoted, a name with its quotes, followed by
// a colon and a value that starts with one of starts. Inside a JSON string the
// quotes would be escaped, so it is a name; at which depth is not known.
func hasKey(data, quoted []byte, starts string) bool {
	for {
		i := bytes.Index(data, quoted)
		if i < 0 {
			return false
		}
		data = data[i+len(quoted):]
		i = space(data, 0)
		if i == len(data) || data[i] != ':' {
			continue
		}
		i = space(data, i+1)
		for j := 0; i < len(data) && j < len(starts); j++ {
			if data[i] == starts[j] {
				return true
			}
		}
	}
}
