package adminapi

import (
	"context"
	"net/http"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/authz"
	"github.com/claviger/claviger/internal/httpx"
)

// operation is one route as data. Scopes and Body must be declared; a test
// fails for an operation without.
type operation struct {
	ID, Method, Path string
	Summary, Tag     string
	// Scopes: a caller holds one of them or is refused before its body is read.
	// The use case looks closer.
	Scopes []claviger.Scope
	Body   int64 // most bytes of a request body
}

const (
	noBody   = 64 << 10 // routes that read none tolerate a small one
	fullBody = 1 << 20
)

// bodyTimeout is how long a client may take to send a body.
const bodyTimeout = 30 * time.Second

// output is how huma is told that O is the body.
type output[O any] struct{ Body O }

// empty is the answer of changes that have nothing to say: {}.
type empty struct{}

// register adds a route. I holds the parameters and, for routes that read one,
// a field Body of type Body[T]; handle adapts it to a use case.
func register[I, O any](a *api, op operation, handle func(ctx context.Context, by authz.Caller, in *I) (O, error)) {
	h := huma.Operation{
		OperationID: op.ID, Method: op.Method, Path: op.Path, Summary: op.Summary, Tags: []string{op.Tag},
		Description:      "Needs one of the scopes: " + join(op.Scopes) + ".",
		Metadata:         map[string]any{metaOperation: op},
		MaxBodyBytes:     op.Body + 1, // the adapter refuses what is larger than op.Body
		BodyReadTimeout:  bodyTimeout,
		SkipValidateBody: true, // Body checks itself, so that all problems come at once
		DefaultStatus:    http.StatusOK,
		Responses:        refusalRefs(),
	}
	body, hasBody := reflect.TypeFor[I]().FieldByName("Body")
	registry := a.huma.OpenAPI().Components.Schemas
	var schema *huma.Schema
	if hasBody {
		h.RequestBody = &huma.RequestBody{}
		schema = resolve(registry, reflect.New(body.Type).Interface().(checker).Schema(registry))
	}
	huma.Register(a.huma, h, func(ctx context.Context, in *I) (*output[O], error) {
		r := requestOf(ctx)
		var inBody string
		if hasBody {
			b := reflect.ValueOf(in).Elem().FieldByIndex(body.Index).Addr().Interface().(checker)
			ignored, err := b.check(registry, schema, r.repeats())
			if err != nil {
				return nil, a.fail(r, err)
			}
			nameIgnored(r.header, ignored...)
			if schema.Properties[workspaceID] != nil {
				inBody = b.text(workspaceID)
			}
		}
		if err := a.oneWorkspace(ctx, r, inBody); err != nil {
			return nil, a.fail(r, err)
		}
		out, err := handle(ctx, r.by, in)
		if err != nil {
			a.note(op, r.by, err)
			return nil, a.fail(r, err)
		}
		return &output[O]{out}, nil
	})
	if hasBody {
		h.RequestBody.Required = false // an empty body is an object without fields: Body says what is missing
	}
	a.operations = append(a.operations, op)
}

func join(scopes []claviger.Scope) string {
	var s string
	for i, scope := range scopes {
		if i > 0 {
			s += ", "
		}
		s += string(scope)
	}
	return s
}

// fail turns an error of a use case into an answer, and logs what the caller is
// not told.
func (a *api) fail(r request, err error) error {
	httpx.Report(a.log, r.id, err)
	return answer(err)
}
