package contract

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
	"github.com/pb33f/libopenapi-validator/config"
	"github.com/pb33f/libopenapi-validator/errors"

	"github.com/claviger/claviger/test/openapi"
)

func newValidator(t *testing.T, document []byte) validator.Validator {
	t.Helper()
	doc, err := libopenapi.NewDocument(document)
	if err != nil {
		t.Fatal(err)
	}
	v, errs := validator.NewValidator(doc, config.WithFormatAssertions())
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	return v
}

func TestDocumentIsOpenAPI31(t *testing.T) {
	if ok, errs := newValidator(t, openapi.Served()).ValidateDocument(); !ok {
		t.Error(explain(errs))
	}
}

// explain says what is wrong, without the document that the errors carry.
func explain(errs []*errors.ValidationError) string {
	var b strings.Builder
	for _, e := range errs {
		b.WriteString(e.Message + ": " + e.Reason + "\n")
		for _, s := range e.SchemaValidationErrors {
			b.WriteString("  " + s.FieldPath + ": " + s.Reason + "\n")
		}
	}
	return b.String()
}

// closed is the document with every object that lists its fields closed, so
// that a field it does not know is found.
func closed(t *testing.T) []byte {
	t.Helper()
	var doc any
	if err := json.Unmarshal(openapi.Served(), &doc); err != nil {
		t.Fatal(err)
	}
	closeObjects(doc)
	out, err := json.Marshal(doc)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func closeObjects(v any) {
	switch v := v.(type) {
	case []any:
		for _, one := range v {
			closeObjects(one)
		}
	case map[string]any:
		if _, lists := v["properties"].(map[string]any); lists && v["additionalProperties"] == true {
			v["additionalProperties"] = false
		}
		for _, one := range v {
			closeObjects(one)
		}
	}
}
