package store

import (
	"bytes"
	"database/sql"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// Arguments: what is empty in Go is NULL where the column may be.

func orNull[T ~string](s T) any {
	if s == "" {
		return nil
	}
	return string(s)
}

func bytesOrNull(b []byte) any {
	if len(b) == 0 {
		return nil
	}
	return b
}

func raw(j json.RawMessage) any { return orNull(string(j)) }

func micros(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMicro()
}

// encoded is a map or slice as JSON text, NULL when it is nil. It keeps what is
// raw in it as it is. Text that is no JSON is an error only a bug can cause:
// callers decoded it.
func encoded(v any, isNil bool) (any, error) {
	if isNil {
		return nil, nil
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, fmt.Errorf("encode column: %w", err)
	}
	return strings.TrimSuffix(b.String(), "\n"), nil
}

// Destinations: they take NULL for empty, and the few forms the two drivers
// give the same value in.

type textTo[T ~string] struct{ p *T }

func text[T ~string](p *T) sql.Scanner { return textTo[T]{p} }

func (d textTo[T]) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*d.p = ""
	case string:
		*d.p = T(v)
	case []byte:
		*d.p = T(v)
	default:
		return fmt.Errorf("text column holds %T", src)
	}
	return nil
}

type rawTo struct{ p *json.RawMessage }

func (d rawTo) Scan(src any) error {
	var s string
	if err := text(&s).Scan(src); err != nil {
		return err
	}
	*d.p = nil
	if s != "" {
		*d.p = json.RawMessage(s)
	}
	return nil
}

type jsonTo struct{ p any }

func (d jsonTo) Scan(src any) error {
	var s string
	if err := text(&s).Scan(src); err != nil || s == "" {
		return err
	}
	return json.Unmarshal([]byte(s), d.p)
}

type timeTo struct{ p *time.Time }

func (d timeTo) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*d.p = time.Time{}
	case int64:
		*d.p = time.UnixMicro(v).UTC()
	default:
		return fmt.Errorf("time column holds %T", src)
	}
	return nil
}

type numberTo[T ~int | ~int64 | ~uint32] struct{ p *T }

func number[T ~int | ~int64 | ~uint32](p *T) sql.Scanner { return numberTo[T]{p} }

func (d numberTo[T]) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*d.p = 0
	case int64:
		*d.p = T(v)
	default:
		return fmt.Errorf("number column holds %T", src)
	}
	return nil
}

type flagTo struct{ p *bool }

func flag(p *bool) sql.Scanner { return flagTo{p} }

func (d flagTo) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*d.p = false
	case bool:
		*d.p = v
	case int64:
		*d.p = v != 0
	default:
		return fmt.Errorf("boolean column holds %T", src)
	}
	return nil
}

// bytesTo copies: drivers reuse what they pass.
type bytesTo struct{ p *[]byte }

func (d bytesTo) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*d.p = nil
	case []byte:
		*d.p = bytes.Clone(v)
	default:
		return fmt.Errorf("bytes column holds %T", src)
	}
	return nil
}

// fixedTo fills bytes of a known length; NULL is all zeros.
type fixedTo struct{ b []byte }

func (d fixedTo) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		clear(d.b)
	case []byte:
		if len(v) != len(d.b) {
			return fmt.Errorf("column holds %d bytes instead of %d", len(v), len(d.b))
		}
		copy(d.b, v)
	default:
		return fmt.Errorf("bytes column holds %T", src)
	}
	return nil
}

type durationTo struct{ p *time.Duration }

func (d durationTo) Scan(src any) error {
	var us int64
	err := number(&us).Scan(src)
	*d.p = time.Duration(us) * time.Microsecond
	return err
}
