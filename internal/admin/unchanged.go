package admin

import (
	"bytes"
	"encoding/json"
	"reflect"
)

// unchanged reports whether a and b say the same, in whatever order the JSON
// that is stored of them has its names. It is for rows, which hold no secrets
// but sealed ones.
func unchanged[T any](a, b T) bool {
	x, err := json.Marshal(a)
	if err != nil {
		return false
	}
	y, err := json.Marshal(b)
	return err == nil && alike(x, y)
}

// alike compares two values, none and null being the same. Numbers are the
// same when they are written alike.
func alike(a, b json.RawMessage) bool {
	if isNull(a) || isNull(b) {
		return isNull(a) == isNull(b)
	}
	x, ok := decoded(a)
	y, too := decoded(b)
	return ok && too && reflect.DeepEqual(x, y)
}

func decoded(raw json.RawMessage) (v any, ok bool) {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	return v, d.Decode(&v) == nil
}
