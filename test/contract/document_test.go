package contract

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
	"github.com/pb33f/libopenapi-validator/config"
	"github.com/pb33f/libopenapi-validator/errors"

	"github.com/claviger/claviger/internal/admin"
	"github.com/claviger/claviger/internal/adminapi"
	"github.com/claviger/claviger/internal/provider/all"
)

// served is /openapi.json.
var served = sync.OnceValue(func() []byte {
	api := adminapi.New(adminapi.Deps{Service: admin.New(admin.Deps{Registry: all.Registry()}), Version: "test"})
	answer := httptest.NewRecorder()
	api.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/openapi.json", nil))
	return answer.Body.Bytes()
})

// operation is one of the document.
type operation struct{ method, path string }

// operations are those of the document, by id.
func operations(t *testing.T) map[string]operation {
	t.Helper()
	var doc struct {
		Paths map[string]map[string]struct{ OperationID string }
	}
	if err := json.Unmarshal(served(), &doc); err != nil {
		t.Fatal(err)
	}
	out := map[string]operation{}
	for path, methods := range doc.Paths {
		for method, op := range methods {
			out[op.OperationID] = operation{strings.ToUpper(method), path}
		}
	}
	if len(out) < 20 {
		t.Fatalf("only %d operations", len(out))
	}
	return out
}

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
	if ok, errs := newValidator(t, served()).ValidateDocument(); !ok {
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
	if err := json.Unmarshal(served(), &doc); err != nil {
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
