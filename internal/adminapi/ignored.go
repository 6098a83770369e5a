package adminapi

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// ignoredHeader names the fields of a request that this API does not know, so
// that a mistyped one is noticed.
const ignoredHeader = "X-Claviger-Ignored-Fields"

const maxIgnored = 1024 // bytes of the header

// habitual are fields that clients send with every body, though the path or the
// key says the same.
var habitual = []string{"slug", "id", "type", "sub-type", "sub_type", "workspace_id", "user_id", "organisation_id", "organization_id", "ai_provider_id"}

// unknown appends to list the paths of fields in v that the schema does not
// have.
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
		if s.Properties == nil {
			return list // an open map
		}
		for _, name := range slices.Sorted(maps.Keys(v)) {
			at := strings.TrimPrefix(path+"."+name, ".")
			if p, ok := s.Properties[name]; ok {
				list = unknown(r, p, v[name], at, list)
			} else if path != "" || !slices.Contains(habitual, name) {
				list = append(list, at)
			}
		}
	}
	return list
}

// nameIgnored puts the names into the header, whatever bytes they are made of.
func nameIgnored(h http.Header, names []string) {
	if len(names) == 0 {
		return
	}
	clean := strings.Map(func(r rune) rune {
		if r < 0x21 || r > 0x7e {
			return '?'
		}
		return r
	}, strings.Join(names, ","))
	h[ignoredHeader] = []string{clean[:min(len(clean), maxIgnored)]}
}
