// Package openapi is /openapi.json, for tests.
package openapi

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"

	"github.com/claviger/claviger/internal/admin"
	"github.com/claviger/claviger/internal/adminapi"
	"github.com/claviger/claviger/internal/provider/all"
)

// Served is the document as it is served.
var Served = sync.OnceValue(func() []byte {
	api := adminapi.New(adminapi.Deps{Service: admin.New(admin.Deps{Registry: all.Registry()}), Version: "test"})
	answer := httptest.NewRecorder()
	api.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/openapi.json", nil))
	return answer.Body.Bytes()
})

// Operation is one of the document. Its path has no version in front.
type Operation struct {
	Method, Path string
	// Root: it is served at the root and not under a version.
	Root bool
}

// Operations are those of the document, by id.
func Operations() (map[string]Operation, error) {
	var doc struct {
		Paths map[string]map[string]struct {
			OperationID string
			Servers     []any
		}
	}
	if err := json.Unmarshal(Served(), &doc); err != nil {
		return nil, err
	}
	out := map[string]Operation{}
	for path, methods := range doc.Paths {
		for method, op := range methods {
			out[op.OperationID] = Operation{strings.ToUpper(method), path, len(op.Servers) > 0}
		}
	}
	return out, nil
}
