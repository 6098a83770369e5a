package admin

import (
	"bytes"
	"encoding/json"
	"math"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

// member is one member of a JSON object, in the order it was sent.
type member struct {
	name  string
	value json.RawMessage
}

// members takes an object apart; ok is false when raw is none.
func members(raw json.RawMessage) (out []member, ok bool) {
	d := jsontext.NewDecoder(bytes.NewReader(raw))
	if t, err := d.ReadToken(); err != nil || t.Kind() != '{' {
		return nil, false
	}
	for d.PeekKind() != '}' {
		name, err := d.ReadToken()
		if err != nil {
			return nil, false
		}
		text := name.String()
		value, err := d.ReadValue()
		if err != nil {
			return nil, false
		}
		out = append(out, member{text, json.RawMessage(value.Clone())})
	}
	return out, true
}

// elements takes an array apart; ok is false when raw is none.
func elements(raw json.RawMessage) (out []json.RawMessage, ok bool) {
	if kind(raw) != '[' || json.Unmarshal(raw, &out) != nil {
		return nil, false
	}
	return out, true
}

// object puts members together again, without white space between them or in
// their values.
func object(ms []member) json.RawMessage {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, m := range ms {
		if i > 0 {
			b.WriteByte(',')
		}
		name, _ := jsontext.AppendQuote(nil, m.name)
		b.Write(name)
		b.WriteByte(':')
		b.Write(m.value)
	}
	b.WriteByte('}')
	return compact(b.Bytes())
}

// compact takes the white space out of a value that is kept: there may be much.
func compact(raw json.RawMessage) json.RawMessage {
	var b bytes.Buffer
	if json.Compact(&b, raw) != nil {
		return bytes.TrimSpace(raw) // refused for another reason
	}
	return b.Bytes()
}

// kind is the first character of a value: '{', '[', '"', 't', 'f', 'n', or '0'
// for every number; 0 for none.
func kind(raw json.RawMessage) byte { return byte(jsontext.Value(raw).Kind()) }

func isNull(raw json.RawMessage) bool { return len(raw) == 0 || kind(raw) == 'n' }

// text is the value of a JSON string.
func text(raw json.RawMessage) (string, bool) {
	var s string
	if kind(raw) != '"' || json.Unmarshal(raw, &s) != nil {
		return "", false
	}
	return s, true
}

// maxNumber is how long a number may be, in bytes: it is kept with all its digits.
const maxNumber = 64

// number is the value of a JSON number that a float64 holds.
func number(raw json.RawMessage) (float64, bool) {
	raw = bytes.TrimSpace(raw)
	if kind(raw) != '0' || len(raw) > maxNumber {
		return 0, false
	}
	f, err := strconv.ParseFloat(string(raw), 64)
	return f, err == nil
}

// literal writes whole numbers as integers, because some clients decode them
// into integer types and fail on 10.0; others stay as they were sent.
func literal(raw json.RawMessage, f float64) json.RawMessage {
	if f == math.Trunc(f) && math.Abs(f) < 1<<53 {
		return strconv.AppendInt(nil, int64(f), 10)
	}
	return bytes.TrimSpace(raw)
}
