package adminapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

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
		return malformed(fmt.Sprintf("goes on after the end of the JSON value, at byte %d", d.InputOffset()))
	}
	var s *jsontext.SyntacticError
	if !errors.As(err, &s) {
		return malformed("is cut off")
	}
	if errors.Is(err, jsontext.ErrDuplicateName) {
		return malformed(fmt.Sprintf("holds a name twice in one object, at byte %d", s.ByteOffset))
	}
	return malformed(fmt.Sprintf("is not valid JSON, at byte %d", s.ByteOffset))
}

func malformed(message string) error {
	return &claviger.Error{Code: claviger.Invalid, Message: "Invalid request", Problems: []claviger.Problem{{Path: "body", Message: message}}}
}
