package adminapi

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"net/http"

	"github.com/claviger/claviger/internal/httpx"
)

//go:embed docs.html
var docsPage string

//go:embed docs.css
var docsStyle string

// documents serves the OpenAPI document, and a page that lists the operations
// without fetching anything.
func (a *api) documents() {
	spec, err := openAPI(a.huma.OpenAPI(), a.admin.Kinds())
	a.document("/openapi.json", mediaType, "default-src 'none'; frame-ancestors 'none'", spec, err)
	sum := sha256.Sum256([]byte(docsStyle))
	policy := "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; style-src 'sha256-" +
		base64.StdEncoding.EncodeToString(sum[:]) + "'"
	page, err := a.page()
	a.document("/docs", "text/html; charset=utf-8", policy, page, err)
}

// document serves a fixed body, or the error of making it.
func (a *api) document(path, contentType, policy string, body []byte, err error) {
	a.mux.HandleFunc("GET "+path, func(w http.ResponseWriter, _ *http.Request) {
		if err != nil {
			httpx.WriteAdmin(w, a.log, err)
			return
		}
		h := w.Header()
		h.Set("Content-Type", contentType)
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		w.Write(body)
	})
}
