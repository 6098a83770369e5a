// Package adminapi is the control plane on the wire: the routes, their request
// and response types, and the OpenAPI document that comes from them. It decides
// nothing; package admin does.
//
// Every route is served under /v1 and /v2 alike. Every success is 200 with a
// JSON object, and every error has one body that all known clients can read.
package adminapi

import (
	"log/slog"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/claviger/claviger/internal/admin"
	"github.com/claviger/claviger/internal/authz"
	"github.com/claviger/claviger/internal/httpx"
)

// Deps are what the API stands on. Service and Authenticate are required.
type Deps struct {
	Service *admin.Service
	// Authenticate says who sent a request; its error is answered as it is.
	Authenticate func(*http.Request) (authz.Caller, error)
	// Refused is told of changes that were refused: with a 401, whose caller is
	// nobody, a 403 or a 404, or with another status to protect something; nil:
	// nobody listens. The origin names the route.
	Refused func(by authz.Caller, action, resourceType string, status int)
	Version string       // of the product, for the document
	Log     *slog.Logger // nil: silent
}

// api is the routes in the making.
type api struct {
	admin        *admin.Service
	authenticate func(*http.Request) (authz.Caller, error)
	refused      func(by authz.Caller, action, resourceType string, status int)
	log          *slog.Logger
	mux          *http.ServeMux
	huma         huma.API
	operations   []operation
	accountNames []string // fields of virtual keys that are settings of the account, sorted
}

// New returns the handler of the admin API, of /openapi.json and of /docs.
// Whatever else is asked of it is a 404 in the API's own form. It expects
// httpx.Guard around it.
func New(d Deps) http.Handler {
	a := build(d)
	return httpx.Enveloped(a.log, a.mux)
}

func build(d Deps) *api {
	turnDefaults()
	a := &api{admin: d.Service, authenticate: d.Authenticate, refused: d.Refused, log: d.Log, mux: http.NewServeMux()}
	if a.log == nil {
		a.log = slog.New(slog.DiscardHandler)
	}
	a.huma = huma.NewAPI(config(d.Version), &adapter{a})
	documentRefusals(a.huma.OpenAPI().Components)
	a.workspaces()
	a.apiKeys()
	a.integrations()
	a.integrationAccess()
	a.integrationModels()
	a.providers()
	a.virtualKeys()
	a.policies()
	a.secretReferences()
	a.usage()
	a.auditLogs()
	a.modelPrices()
	a.documents()
	return a
}

func config(version string) huma.Config {
	c := huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{
				Title: "Claviger", Version: version,
				Description: "The admin API. The same routes are served under /v2.",
			},
			Servers: []*huma.Server{{URL: "/v1"}},
			Components: &huma.Components{
				Schemas: huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer),
				SecuritySchemes: map[string]*huma.SecurityScheme{
					"apiKey": {Type: "apiKey", In: "header", Name: "x-portkey-api-key"},
					"bearer": {Type: "http", Scheme: "bearer"},
				},
			},
			Security: []map[string][]string{{"apiKey": {}}, {"bearer": {}}},
		},
		Formats:       map[string]huma.Format{mediaType: format},
		DefaultFormat: mediaType,
	}
	c.FieldsOptionalByDefault = true
	c.AllowAdditionalPropertiesByDefault = true
	return c
}
