package adminapi

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/claviger/claviger/internal/provider/all"
)

func TestTheDocumentSaysWhichConfigurationsAKindHas(t *testing.T) {
	w := newWorld(t)
	rec := httptest.NewRecorder()
	w.handler.ServeHTTP(rec, httptest.NewRequest("GET", "http://claviger.test/openapi.json", nil))
	var doc struct {
		Components struct {
			Schemas map[string]struct {
				OneOf      []struct{ Properties map[string]any }
				Properties map[string]struct{ Description string }
			}
		}
	}
	if err := json.Unmarshal(rec.Body.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	schemas := doc.Components.Schemas
	for _, name := range []string{"NewIntegrationRequest", "IntegrationDetail"} {
		text, err := json.Marshal(schemas[name].OneOf)
		if err != nil {
			t.Fatal(err)
		}
		for _, id := range all.Registry().IDs() {
			// Once where it belongs, or only among those that the shape for all
			// others is not for.
			if n := strings.Count(string(text), `"`+id+`"`); n > 2 {
				t.Errorf("%s has %s %d times", name, id, n)
			}
		}
		if len(schemas[name].OneOf) < 10 {
			t.Errorf("%s has %d shapes of configurations", name, len(schemas[name].OneOf))
		}
	}
	bedrock := schemas["Configurations.bedrock"].Properties
	for _, name := range []string{"aws_region", "masked_aws_secret_access_key", "custom_host"} {
		if _, ok := bedrock[name]; !ok {
			t.Errorf("bedrock has no %s", name)
		}
	}
	shown := 0
	for name, s := range schemas {
		if !strings.HasPrefix(name, "Configurations") {
			continue
		}
		shown++
		needed := strings.Contains(s.Properties["custom_host"].Description, "Required")
		if needed != (name == "Configurations.custom-host") {
			t.Errorf("%s says of custom_host: %s", name, s.Properties["custom_host"].Description)
		}
	}
	if shown != len(schemas["NewIntegrationRequest"].OneOf) {
		t.Errorf("%d schemas of configurations for %d shapes", shown, len(schemas["NewIntegrationRequest"].OneOf))
	}
}
