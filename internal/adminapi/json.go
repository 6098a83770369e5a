package adminapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/go-json-experiment/json/jsontext"

	claviger "github.com/claviger/claviger"
)

// format is JSON as this API reads and writes it: what is read must be one
// value, valid UTF-8, with no name twice in an object.
var format = huma.Format{
	Marshal: func(w io.Writer, v any) error {
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		return enc.Encode(v)
	},
	Unmarshal: func(data []byte, v any) error {
		if body, ok := v.(checker); ok {
			return body.keep(data) // it finds all faults itself, and its errors keep their form
		}
		if err := wellFormed(data); err != nil {
			return err
		}
		return json.Unmarshal(data, v)
	},
}

// wellFormed says what is wrong with data as JSON, without quoting it.
func wellFormed(data []byte) error {
	d := jsontext.NewDecoder(bytes.NewReader(data))
	_, err := d.ReadValue()
	if err == nil {
		if _, err = d.ReadToken(); errors.Is(err, io.EOF) {
			return nil
		}
		return malformed("", fmt.Sprintf("goes on after the end of the JSON value, at byte %d", d.InputOffset()))
	}
	var s *jsontext.SyntacticError
	if !errors.As(err, &s) {
		return malformed("", "is cut off")
	}
	if errors.Is(err, jsontext.ErrDuplicateName) {
		return malformed(s.JSONPointer, fmt.Sprintf("stands twice in one object, at byte %d", s.ByteOffset))
	}
	return malformed(s.JSONPointer, fmt.Sprintf("is not valid JSON, at byte %d", s.ByteOffset))
}

// malformed is a problem with the body, at the place of a field if there is one.
func malformed(at jsontext.Pointer, message string) error {
	return &claviger.Error{Code: claviger.Invalid, Message: "Invalid request", Problems: []claviger.Problem{{Path: dotted(at), Message: message}}}
}

// maxPath bounds, in bytes, the names of a caller that an answer repeats.
const maxPath = 256

// dotted is a pointer in the form of the other paths: "defaults.scopes[0]".
func dotted(at jsontext.Pointer) string {
	var b strings.Builder
	for token := range at.Tokens() {
		switch _, err := strconv.ParseUint(token, 10, 32); {
		case err == nil && b.Len() > 0: // at the top there are no elements
			b.WriteString("[" + token + "]")
		case b.Len() > 0:
			b.WriteString("." + token)
		default:
			b.WriteString(token)
		}
	}
	if b.Len() == 0 {
		return "body"
	}
	path := b.String()
	return strings.ToValidUTF8(path[:min(len(path), maxPath)], "")
}
