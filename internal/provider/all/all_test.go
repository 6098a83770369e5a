package all_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/claviger/claviger/internal/provider/all"
	"github.com/claviger/claviger/internal/provider/customhost"
	"github.com/claviger/claviger/internal/provider/providertest"
)

// folders are the folders of internal/provider that are kinds.
func folders(t *testing.T) []string {
	t.Helper()
	entries, err := os.ReadDir("..")
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, e := range entries {
		if e.IsDir() && !slices.Contains([]string{"all", "providertest", "customhost", "testdata"}, e.Name()) {
			out = append(out, e.Name())
		}
	}
	return out
}

// ids are the folders whose kind has another id.
var ids = map[string]string{}

func TestEveryFolderIsListed(t *testing.T) {
	var want []string
	for _, f := range folders(t) {
		id := ids[f]
		if id == "" {
			id = f
		}
		want = append(want, id)
	}
	slices.Sort(want)
	if got := all.Registry().IDs(); !slices.Equal(got, want) {
		t.Errorf("registered are %v, folders are %v", got, want)
	}
}

func TestKinds(t *testing.T) {
	registry := all.Registry()
	for _, folder := range folders(t) {
		id := ids[folder]
		if id == "" {
			id = folder
		}
		t.Run(id, func(t *testing.T) {
			if !registry.Known(id) {
				t.Fatal("not registered")
			}
			providertest.Run(t, registry.Adapter(id), filepath.Join("..", folder, "testdata"))
		})
	}
	t.Run("any other kind", func(t *testing.T) {
		if registry.Known("ollama") || registry.Adapter("ollama") != (customhost.Adapter{}) {
			t.Fatal("not served by the custom host")
		}
		providertest.Run(t, registry.Adapter("ollama"), filepath.Join("..", "customhost", "testdata"))
	})
}
