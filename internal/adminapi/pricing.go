package adminapi

import (
	"net/http"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/httpx"
)

// pricePath is where anybody may read the catalogue's prices: without a key and
// without a version before it.
const pricePath = "/model-configs/pricing/{provider}/{model...}"

// modelPrices serves prices. They are public facts, and the documented error has
// a form of its own.
func (a *api) modelPrices() {
	a.mux.HandleFunc("GET "+pricePath, func(w http.ResponseWriter, r *http.Request) {
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
