package adminapi

import (
	"encoding/json"
	"slices"

	"github.com/claviger/claviger/internal/admin"
)

// shape is a schema of configurations and the kinds of provider that have it;
// most have the one with nothing of their own.
type shape struct {
	schema tree
	ids    []any // "" stands for all that are not known
}

// shapes groups kinds by their schema.
func shapes(kinds []admin.Kind) []*shape {
	var out []*shape
	byFields := map[string]*shape{}
	for _, k := range kinds {
		fields, err := json.Marshal(k.Configurations["properties"])
		if err != nil {
			continue // values of JSON always encode
		}
		s := byFields[string(fields)]
		if s == nil {
			s = &shape{schema: k.Configurations}
			byFields[string(fields)] = s
			out = append(out, s)
		}
		s.ids = append(s.ids, k.ID)
	}
	return out
}

// documentKinds says which configurations each kind of provider has: as one of
// several where the kind stands beside them, as any where it does not.
func documentKinds(schemas tree, kinds []admin.Kind) {
	var one, each, known []any
	for _, k := range kinds {
		if k.ID != "" {
			known = append(known, k.ID)
		}
	}
	for _, s := range shapes(kinds) {
		name := "Configurations"
		switch {
		case slices.Contains(s.ids, any("")):
			name += ".custom-host"
			s.schema["title"], s.schema["description"] = "Custom host", "Configurations of a provider that is called at a host of one's own, and of every ai_provider_id that is not known."
		case len(s.ids) == 1:
			name += "." + s.ids[0].(string)
		default:
			s.schema["title"], s.schema["description"] = "Other providers", "Configurations of a provider that has none of its own."
		}
		schemas[name] = s.schema
		ref := tree{"$ref": "#/components/schemas/" + name}
		each = append(each, ref)
		one = append(one, tree{
			"properties": tree{"ai_provider_id": s.id(known), "configurations": tree{"anyOf": []any{ref, tree{"type": "null"}}}},
		})
	}
	for _, name := range []string{"NewIntegrationRequest", "IntegrationDetail"} {
		if schema, ok := schemas[name].(tree); ok {
			schema["oneOf"] = one
		}
	}
	if schema, ok := schemas["IntegrationRequest"].(tree); ok {
		if properties, ok := schema["properties"].(tree); ok {
			if field, ok := properties["configurations"].(tree); ok {
				field["anyOf"] = append(slices.Clone(each), tree{"type": "null"})
			}
		}
	}
}

// id is the schema of the ids that s is for.
func (s *shape) id(known []any) tree {
	mine := slices.DeleteFunc(slices.Clone(s.ids), func(id any) bool { return id == "" })
	if len(mine) == len(s.ids) {
		return tree{"enum": mine}
	}
	others := slices.DeleteFunc(slices.Clone(known), func(id any) bool { return slices.Contains(mine, id) })
	return tree{"not": tree{"enum": others}}
}
