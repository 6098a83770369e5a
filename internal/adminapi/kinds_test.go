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
				Properties map[string]any
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
	if bedrock["aws_region"] == nil || bedrock["masked_aws_secret_access_key"] == nil || bedrock["custom_host"] == nil {
		t.Errorf("bedrock has %v", bedrock)
	}
}
