package admin

import "github.com/go-json-experiment/json"

// Optional is a field of a change with three states: absent keeps what is
// stored, null clears it, a value replaces it. The zero value is absent.
type Optional[T any] struct {
	Value T
	Set   bool // the field was there, maybe null
	Null  bool
}

// Some is a present value.
func Some[T any](v T) Optional[T] { return Optional[T]{Value: v, Set: true} }

// Null is a field that is to be cleared.
func Null[T any]() Optional[T] { return Optional[T]{Set: true, Null: true} }

// Get is the value, if there is one.
func (o Optional[T]) Get() (T, bool) { return o.Value, o.Set && !o.Null }

// Or is what the field is after the change: the value, nothing for null, or
// what was stored.
func (o Optional[T]) Or(stored T) T {
	if !o.Set {
		return stored
	}
	return o.Value
}

// UnmarshalJSON notes that the field was there; JSON null makes it Null. Names
// within it are case-sensitive.
func (o *Optional[T]) UnmarshalJSON(b []byte) error {
	*o = Optional[T]{Set: true, Null: string(b) == "null"}
	if o.Null {
		return nil
	}
	return json.Unmarshal(b, &o.Value)
}
