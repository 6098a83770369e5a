package adminapi

import (
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/httpx"
)

// pricePath is where anybody may read the catalogue's prices: without a key and
// without a version before it.
const pricePath = "/model-configs/pricing/{provider}/{model"

// modelPrices serves prices. They are public facts, and the documented error has
// a form of its own.
func (a *api) modelPrices() {
	a.huma.OpenAPI().AddOperation(priceOperation)
	a.mux.HandleFunc("GET "+pricePath+"...}", func(w http.ResponseWriter, r *http.Request) {
		w.Header()["X-Content-Type-Options"] = []string{"nosniff"}
		price, err := a.admin.ModelPrice(r.PathValue("provider"), r.PathValue("model"))
		switch {
		case claviger.CodeOf(err) == claviger.NotFound:
			httpx.WriteJSON(w, http.StatusNotFound, map[string]string{"error": "Model not found"})
		case err != nil:
			httpx.WriteAdmin(w, a.log, err)
		default:
			httpx.WriteJSON(w, http.StatusOK, price)
		}
	})
}

// priceOperation is the route in the document.
var priceOperation = &huma.Operation{
	OperationID: "get-model-pricing", Method: http.MethodGet, Path: pricePath + "}", Tags: []string{"Prices"},
	Summary: "Read a model's price", Description: "Needs no key. Prices are US cents per unit. A model's slashes stay as they are.",
	Servers:  []*huma.Server{{URL: "/"}},
	Security: []map[string][]string{},
	Parameters: []*huma.Param{
		{Name: "provider", In: "path", Required: true, Schema: &huma.Schema{Type: huma.TypeString}},
		{Name: "model", In: "path", Required: true, Schema: &huma.Schema{Type: huma.TypeString}},
	},
	Responses: map[string]*huma.Response{
		"200": {Description: "The price.", Content: priceContent(map[string]*huma.Schema{
			"pay_as_you_go": {Type: huma.TypeObject, AdditionalProperties: true},
			"calculate":     {Type: huma.TypeObject, AdditionalProperties: true},
			"currency":      {Type: huma.TypeString, Enum: []any{"USD"}},
		})},
		"404": {Description: "No price is known.", Content: priceContent(map[string]*huma.Schema{"error": {Type: huma.TypeString}})},
	},
}

func priceContent(properties map[string]*huma.Schema) map[string]*huma.MediaType {
	return map[string]*huma.MediaType{mediaType: {Schema: &huma.Schema{Type: huma.TypeObject, AdditionalProperties: true, Properties: properties}}}
}
