package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestACatalogueOfOnesOwnTakesThePlaceOfTheBuiltInOne(t *testing.T) {
	file := filepath.Join(t.TempDir(), "catalogue.tsv")
	own := "claviger-catalogue 1\nopenai\town-model\tchat\t-\tinput=3\t-\tOwn\n"
	if err := os.WriteFile(file, []byte(own), 0o600); err != nil {
		t.Fatal(err)
	}
	s := start(t, "--catalogue-file", file)
	for model, want := range map[string]struct {
		status int
		body   string
	}{
		"own-model": {http.StatusOK, `"request_token":{"price":0.0003}`},
		"gpt-4o":    {http.StatusNotFound, `{"error":"Model not found"}`},
	} {
		body := s.want(want.status, http.MethodGet, "/model-configs/pricing/openai/"+model, "", nil)
		if !strings.Contains(body, want.body) {
			t.Errorf("%s: %s", model, body)
		}
	}
}
