package adminapi

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/claviger/claviger/internal/admin"
	"github.com/claviger/claviger/internal/httpx"
)

// ignoredHeader names the fields and the parameters of a request that change
// nothing, so that it is noticed: those that this API does not know, or that
// cannot change, and empty ones that stand for what is stored.
const ignoredHeader = "X-Claviger-Ignored-Fields"

// unknownHeader names the settings that were stored though the kind of provider
// declares none of that name.
const unknownHeader = "X-Claviger-Unknown-Fields"

const maxIgnored = 1024 // bytes of a header

// repeats returns what reports whether a value is what the path or the key says
// already. Clients send such fields with every body.
func (r request) repeats() func(v any) bool {
	said := append(strings.Split(r.by.Origin.URI, "/"), string(r.by.WorkspaceID), string(r.by.OrganisationID))
	return func(v any) bool {
		text, ok := v.(string)
		return ok && text != "" && slices.Contains(said, text)
	}
}

// settings are the objects whose fields a kind of provider or of secret manager
// decides on.
var settings = []string{"configurations", "model_config", "auth_config"}

// standsForStored reports whether an empty text in a field leaves what is stored
// as it is: in a secret, or in a setting of an account, which has no type.
func standsForStored(s *huma.Schema) bool { return s.WriteOnly || s.Type == "" && s.Ref == "" }

// ignoring collects the paths of fields that change nothing, no more of them
// than the header takes.
type ignoring struct {
	registry huma.Registry
	repeats  func(v any) bool // of fields at the top
	names    []string
	size     int // bytes of names
}

func (i *ignoring) add(name string) {
	i.names = append(i.names, name)
	i.size += len(name) + 1
}

func (i *ignoring) full() bool { return i.size > maxIgnored }

// collect adds the fields of v, which is at path.
func (i *ignoring) collect(s *huma.Schema, v any, path string) {
	s = resolve(i.registry, s)
	switch v := v.(type) {
	case []any:
		if s.Items == nil {
			return
		}
		for n, item := range v {
			if i.full() {
				return
			}
			i.collect(s.Items, item, path+"["+strconv.Itoa(n)+"]")
		}
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			if i.full() {
				return
			}
			i.member(s, v[name], path, name)
		}
	}
}

// member adds the field of that name in the object at path, or those in it.
func (i *ignoring) member(s *huma.Schema, v any, path, name string) {
	at := strings.TrimPrefix(path+"."+name, ".")
	p, known := s.Properties[name]
	switch {
	case v == "" && (slices.Contains(settings, path) || known && standsForStored(p)):
		i.add(at)
	case s.Properties == nil: // an open map
	case known:
		i.collect(p, v, at)
	case path != "" || !i.repeats(v):
		i.add(at)
	}
}

// nameIgnored adds the names to the header of what changed nothing.
func nameIgnored(h http.Header, names ...string) { nameIn(h, ignoredHeader, names) }

// remark names what a use case has to say of a request in the headers of the
// answer.
func remark(ctx context.Context, said admin.Remarks) {
	h := requestOf(ctx).header
	nameIn(h, ignoredHeader, said.Ignored)
	nameIn(h, unknownHeader, said.Unknown)
}

// nameIn adds the names to a header, whatever bytes they are made of.
func nameIn(h http.Header, header string, names []string) {
	if len(names) == 0 {
		return
	}
	all := slices.Clone(h[header])
	for _, name := range names {
		all = append(all, httpx.ShortPath(name))
	}
	clean := strings.Map(func(r rune) rune {
		if r < 0x21 || r > 0x7e {
			return '?'
		}
		return r
	}, strings.Join(all, ","))
	h[header] = []string{clean[:min(len(clean), maxIgnored)]}
}
