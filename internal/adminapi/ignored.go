package adminapi

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// ignoredHeader names the fields and the parameters of a request that change
// nothing, so that it is noticed: those that this API does not know, or that
// cannot change, and empty ones that stand for what is stored.
const ignoredHeader = "X-Claviger-Ignored-Fields"

const maxIgnored = 1024 // bytes of the header

// repeats reports whether v is what the path or the key says already. Clients
// send such fields with every body.
func (r request) repeats(v any) bool {
	text, ok := v.(string)
	return ok && text != "" && (text == string(r.by.WorkspaceID) || text == string(r.by.OrganisationID) ||
		slices.Contains(strings.Split(r.by.Origin.URI, "/"), text))
}

// settings are the objects whose fields a kind of provider or of secret manager
// decides on.
var settings = []string{"configurations", "model_config", "auth_config"}

// standsForStored reports whether an empty text in a field leaves what is stored
// as it is: in a secret, or in a setting of an account, which has no type.
func standsForStored(s *huma.Schema) bool { return s.WriteOnly || s.Type == "" && s.Ref == "" }

// unknown appends to list the paths of fields in v that change nothing.
func unknown(r huma.Registry, s *huma.Schema, v any, path string, list []string) []string {
	s = resolve(r, s)
	switch v := v.(type) {
	case []any:
		if s.Items != nil {
			for i, item := range v {
				list = unknown(r, s.Items, item, fmt.Sprintf("%s[%d]", path, i), list)
			}
		}
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			at := strings.TrimPrefix(path+"."+name, ".")
			p, known := s.Properties[name]
			switch {
			case v[name] == "" && (slices.Contains(settings, path) || known && standsForStored(p)):
				list = append(list, at)
			case s.Properties == nil: // an open map
			case known:
				list = unknown(r, p, v[name], at, list)
			default:
				list = append(list, at)
			}
		}
	}
	return list
}

// nameIgnored adds the names to the header, whatever bytes they are made of.
func nameIgnored(h http.Header, names ...string) {
	if len(names) == 0 {
		return
	}
	names = append(slices.Clone(h[ignoredHeader]), names...)
	clean := strings.Map(func(r rune) rune {
		if r < 0x21 || r > 0x7e {
			return '?'
		}
		return r
	}, strings.Join(names, ","))
	h[ignoredHeader] = []string{clean[:min(len(clean), maxIgnored)]}
}
