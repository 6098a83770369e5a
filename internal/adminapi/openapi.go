package adminapi

import (
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/claviger/claviger/internal/admin"
)

// tree is a JSON object of the document.
type tree = map[string]any

// openAPI is the document as it is served. The schemas in it say more than
// those that requests are held against, whose messages would suffer: what may
// be null, and what an answer always has.
func openAPI(api *huma.OpenAPI, kinds []admin.Kind) ([]byte, error) {
	raw, err := json.Marshal(api)
	if err != nil {
		return nil, err
	}
	var doc tree
	if err := json.Unmarshal(raw, &doc); err != nil {
		return nil, err
	}
	components, _ := doc["components"].(tree)
	schemas, _ := components["schemas"].(tree)
	asked, answered := map[string]bool{}, map[string]bool{}
	paths, _ := doc["paths"].(tree)
	for _, item := range paths {
		for _, op := range item.(tree) {
			reach(doc, op.(tree)["requestBody"], asked)
			reach(doc, op.(tree)["responses"], answered)
			documentPages(op.(tree))
		}
	}
	for name := range schemas {
		ref := "#/components/schemas/" + name
		if !asked[ref] && !answered[ref] {
			delete(schemas, name)
			continue
		}
		describe(schemas[name].(tree), api.Components.Schemas.TypeFromRef(ref), !asked[ref])
	}
	documentKinds(schemas, kinds)
	return json.Marshal(doc)
}

// reach notes the references that v leads to.
func reach(doc tree, v any, seen map[string]bool) {
	switch v := v.(type) {
	case []any:
		for _, one := range v {
			reach(doc, one, seen)
		}
	case tree:
		if ref, ok := v["$ref"].(string); ok && !seen[ref] {
			seen[ref] = true
			var at any = doc
			for step := range strings.SplitSeq(strings.TrimPrefix(ref, "#/"), "/") {
				at = at.(tree)[step]
			}
			reach(doc, at, seen)
		}
		for _, one := range v {
			reach(doc, one, seen)
		}
	}
}

// describe says of the schema of struct t which fields may be null and, of one
// that only answers have, which are always there.
func describe(schema tree, t reflect.Type, answer bool) {
	properties, ok := schema["properties"].(tree)
	if !ok {
		return
	}
	required := map[string]bool{}
	each(t, func(name, options string, field reflect.Type) {
		omitted := strings.Contains(options, "omit")
		if p, ok := properties[name].(tree); ok {
			if !omitted && mayBeNull(field) {
				properties[name] = nullable(p)
			}
			required[name] = !omitted
		}
	})
	maps.DeleteFunc(required, func(_ string, always bool) bool { return !always })
	if answer && len(required) > 0 {
		schema["required"] = slices.Sorted(maps.Keys(required))
	}
}

// each calls fn for the fields of t, those of embedded structs too.
func each(t reflect.Type, fn func(name, options string, field reflect.Type)) {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct {
		return
	}
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous && name == "":
			each(f.Type, fn)
		case name != "" && name != "-":
			fn(name, options, f.Type)
		}
	}
}

// mayBeNull is for the types that are null on the wire when nothing is there.
func mayBeNull(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Pointer, reflect.Map:
		return true
	case reflect.Struct:
		if _, optional := reflect.New(t).Interface().(interface{ present() reflect.Value }); optional {
			return true
		}
		return t.NumField() == 1 && t.Field(0).Type == reflect.TypeFor[raw]()
	}
	return false
}

// nullable is the schema that takes null besides.
func nullable(schema tree) tree {
	switch kind := schema["type"].(type) {
	case string:
		schema["type"] = []any{kind, "null"}
		if values, ok := schema["enum"].([]any); ok && !slices.Contains(values, nil) {
			schema["enum"] = append(values, nil)
		}
	case []any: // it says so already
		if values, ok := schema["enum"].([]any); ok && slices.Contains(kind, any("null")) && !slices.Contains(values, nil) {
			schema["enum"] = append(values, nil)
		}
	default:
		if len(schema) > 0 { // a reference, or several
			return tree{"anyOf": []any{schema, tree{"type": "null"}}}
		}
	}
	return schema
}
