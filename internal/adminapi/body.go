package adminapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/validation"

	claviger "github.com/claviger/claviger"
)

// Body is a request body of type T, a struct. It is decoded field by field: one
// of the wrong type becomes a problem and stays absent, so that the use case
// can say what is wrong with the others in the same answer.
type Body[T any] struct {
	Value T
	// Found is what is wrong with the types of fields.
	Found claviger.Problems
	raw   []byte
	top   map[string]any // the body as it was read, once it was checked
}

// checker is any Body.
type checker interface {
	Schema(huma.Registry) *huma.Schema
	keep(raw []byte) error
	check(r huma.Registry, s *huma.Schema, repeats func(v any) bool) (ignored []string, err error)
	text(name string) string
}

// Schema implements huma.SchemaProvider.
func (b *Body[T]) Schema(r huma.Registry) *huma.Schema {
	return r.Schema(reflect.TypeFor[T](), true, "")
}

// keep holds the bytes for check. It never fails.
func (b *Body[T]) keep(raw []byte) error {
	b.raw = bytes.Clone(raw)
	return nil
}

// check decodes the body. It returns the fields that change nothing, apart from
// those at the top whose value repeats what is known; the error is for a body
// that is no JSON object, or larger than any that this API has a use for.
func (b *Body[T]) check(r huma.Registry, schema *huma.Schema, repeats func(v any) bool) (ignored []string, err error) {
	if sent := bytes.TrimSpace(b.raw); len(sent) == 0 || string(sent) == "null" {
		b.raw = []byte("{}")
	}
	if err := wellFormed(b.raw); err != nil {
		return nil, err
	}
	var tree any
	if err := json.Unmarshal(b.raw, &tree); err != nil {
		return nil, malformed("", "holds a number that is out of range")
	}
	var ok bool
	if b.top, ok = tree.(map[string]any); !ok {
		return nil, malformed("", "must be a JSON object")
	}
	if wrong := tooMuch(tree); wrong != "" {
		return nil, malformed("", wrong)
	}
	b.Found = typeProblems(r, schema, tree)
	if !lenient(b.raw, reflect.ValueOf(&b.Value).Elem()) && len(b.Found) == 0 {
		b.Found.Add("body", typeWrong)
	}
	i := ignoring{registry: r, repeats: repeats}
	i.collect(schema, tree, "")
	return i.names, nil
}

// text is a field at the top of a body that was checked; "" for none, and for
// what is no text.
func (b *Body[T]) text(name string) string {
	v, _ := b.top[name].(string)
	return v
}

// names are those of the fields at the top that have a value.
func (b *Body[T]) names() (names []string) {
	for _, name := range slices.Sorted(maps.Keys(b.top)) {
		if v := b.top[name]; v != nil && v != "" {
			names = append(names, name)
		}
	}
	return names
}

// maxFound bounds the answer to a body that is wrong all over.
const maxFound = 100

// typeProblems holds tree against its schema.
func typeProblems(r huma.Registry, s *huma.Schema, tree any) (found claviger.Problems) {
	var res huma.ValidateResult
	huma.Validate(r, s, huma.NewPathBuffer(nil, 0), huma.ModeWriteToServer, tree, &res)
	for _, err := range res.Errors[:min(len(res.Errors), maxFound)] {
		if d := (*huma.ErrorDetail)(nil); errors.As(err, &d) {
			path, message := d.Location, d.Message
			// "expected required property x to be present" is said of the object.
			if _, rest, ok := strings.Cut(message, "expected required property "); ok {
				name, _, _ := strings.Cut(rest, " ")
				path, message = strings.TrimPrefix(path+"."+name, "."), "is required"
			}
			found.Add(path, inWords(message))
		}
	}
	return found
}

// inWords is what validation says, for people: without null, and without the
// empty text that stands for it, among the values that a field may have.
func inWords(message string) string {
	if message == validation.MsgExpectedMatchExactlyOneSchema || message == validation.MsgExpectedMatchAtLeastOneSchema {
		return "has none of the forms that it may have"
	}
	list, ok := strings.CutPrefix(message, "expected value to be one of \"")
	if !ok {
		return message
	}
	values := slices.DeleteFunc(strings.Split(strings.TrimSuffix(list, "\""), ", "), func(v string) bool { return v == "" || v == "<nil>" })
	return "must be one of " + strings.Join(values, ", ")
}

// typeWrong is said of what does not decode though its schema lets it pass.
const typeWrong = "is of the wrong type"

func resolve(r huma.Registry, s *huma.Schema) *huma.Schema {
	for s.Ref != "" {
		s = r.SchemaFromRef(s.Ref)
	}
	return s
}
