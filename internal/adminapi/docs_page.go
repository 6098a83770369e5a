package adminapi

import (
	"bytes"
	"html/template"
	"maps"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// The docs page in the words of its template.
type (
	docsData struct {
		Version  string
		Style    template.CSS
		Sections []docsSection
	}
	docsSection struct {
		Tag    string
		Routes []docsRoute
	}
	docsRoute struct {
		operation
		Description string
		Fields      []docsField
	}
	docsField struct {
		Name, In, Type, Doc string
		Required            bool
	}
)

// page renders the operations, in the order they were declared.
func (a *api) page() ([]byte, error) {
	data := docsData{Version: a.huma.OpenAPI().Info.Version, Style: template.CSS(docsStyle)}
	for _, op := range a.operations {
		if n := len(data.Sections); n == 0 || data.Sections[n-1].Tag != op.Tag {
			data.Sections = append(data.Sections, docsSection{Tag: op.Tag})
		}
		s := &data.Sections[len(data.Sections)-1]
		s.Routes = append(s.Routes, a.route(op))
	}
	t, err := template.New("docs").Parse(docsPage)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = t.Execute(&b, data)
	return b.Bytes(), err
}

func (a *api) route(op operation) docsRoute {
	r := docsRoute{operation: op}
	item := a.huma.OpenAPI().Paths[op.Path]
	described := map[string]*huma.Operation{"GET": item.Get, "POST": item.Post, "PUT": item.Put, "DELETE": item.Delete}[op.Method]
	r.Description = described.Description
	for _, p := range described.Parameters {
		r.Fields = append(r.Fields, docsField{p.Name, p.In, a.typeName(p.Schema), p.Description, p.Required})
	}
	if described.RequestBody == nil {
		return r
	}
	s := resolve(a.huma.OpenAPI().Components.Schemas, described.RequestBody.Content[mediaType].Schema)
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		p := s.Properties[name]
		r.Fields = append(r.Fields, docsField{name, "body", a.typeName(p), p.Description, slices.Contains(s.Required, name)})
	}
	return r
}

func (a *api) typeName(s *huma.Schema) string {
	name := strings.TrimPrefix(s.Ref, "#/components/schemas/")
	switch {
	case name != "":
		return name
	case s.Type == huma.TypeArray:
		return "array of " + a.typeName(s.Items)
	case len(s.Enum) > 0:
		return s.Type + ", one of a list"
	case s.Type == "":
		return "any"
	}
	return s.Type
}
