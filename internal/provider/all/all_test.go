package all_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/claviger/claviger/internal/provider/all"
	"github.com/claviger/claviger/internal/provider/customhost"
	"github.com/claviger/claviger/internal/provider/keyonly"
	"github.com/claviger/claviger/internal/provider/providertest"
)

// noKinds are the folders of internal/provider that are no kinds, or more than
// one.
var noKinds = []string{"all", "providertest", "customhost", "testdata", "aws", "azure", "keyonly"}

// ids are the folders whose kind has another id.
var ids = map[string]string{
	"azureai": "azure-ai", "azureopenai": "azure-openai", "vertex": "vertex-ai", "workersai": "workers-ai",
}

// folders are the folders of internal/provider that are kinds, by their ids.
func folders(t *testing.T) map[string]string {
	t.Helper()
	entries, err := os.ReadDir("..")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, e := range entries {
		if !e.IsDir() || slices.Contains(noKinds, e.Name()) {
			continue
		}
		id := ids[e.Name()]
		if id == "" {
			id = e.Name()
		}
		out[id] = e.Name()
	}
	return out
}

func TestEveryFolderIsListed(t *testing.T) {
	var want []string
	for id := range folders(t) {
		want = append(want, id)
	}
	for _, a := range keyonly.Adapters() {
		want = append(want, a.Spec().ID)
	}
	slices.Sort(want)
	if got := all.Registry().IDs(); !slices.Equal(got, want) {
		t.Errorf("registered are %v, folders are %v", got, want)
	}
}

func TestKinds(t *testing.T) {
	registry := all.Registry()
	for id, folder := range folders(t) {
		t.Run(id, func(t *testing.T) {
			if !registry.Known(id) {
				t.Fatal("not registered")
			}
			providertest.Run(t, registry.Adapter(id), filepath.Join("..", folder, "testdata"))
		})
	}
	t.Run("any other kind", func(t *testing.T) {
		const id = "a-server-of-ours"
		if registry.Known(id) || registry.Adapter(id) != (customhost.Adapter{}) {
			t.Fatal("not served by the custom host")
		}
		providertest.Run(t, registry.Adapter(id), filepath.Join("..", "customhost", "testdata"))
	})
}
