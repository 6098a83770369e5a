package provider

import "strings"

// JSONSchema is the schema of the kind's configurations, in JSON Schema as
// OpenAPI 3.1 uses it. One schema serves requests and answers: a secret field is
// writeOnly and its mask readOnly. It requires nothing, because an update sends
// single fields and a secret mapping stands for one; the descriptions say what
// is required when. The caller may change the result.
func (k Spec) JSONSchema() map[string]any {
	properties := map[string]any{}
	for _, f := range k.AllFields() {
		properties[f.Name] = k.property(f)
		if !f.Secret {
			continue
		}
		masked := map[string]any{"type": "string", "readOnly": true, "description": "What may be shown of " + f.Name + "."}
		if f.Type == StringMap {
			masked["type"] = "object"
			masked["additionalProperties"] = map[string]any{"type": "string"}
		}
		properties["masked_"+f.Name] = masked
	}
	return map[string]any{
		"type":        "object",
		"title":       k.Name,
		"description": "Configurations of the ai_provider_id " + k.ID + ".",
		"properties":  properties,
	}
}

func (k Spec) property(f Field) map[string]any {
	out := f.schema()
	var said []string
	for _, s := range []string{f.Help, k.RequiredWhen(f)} {
		if s != "" {
			said = append(said, s+".")
		}
	}
	if len(said) > 0 {
		out["description"] = strings.Join(said, " ")
	}
	return out
}

// RequiredWhen says when f has to be there, without a full stop; "" for never.
func (k Spec) RequiredWhen(f Field) string {
	modes := k.Auth.NeededIn(f.Name)
	switch {
	case f.Required, len(modes) > 0 && len(modes) == len(k.Auth.Modes):
		return "Required"
	case f.RequiredUnless != "":
		return "Required unless " + f.RequiredUnless + " is true"
	case len(modes) > 0:
		return "Required when " + k.Auth.Field + " is " + strings.Join(modes, " or ")
	}
	return ""
}

// schema is the schema of one value. Null stands for an absent one.
func (f Field) schema() map[string]any {
	out := map[string]any{}
	switch f.Type {
	case Text:
		out["type"] = []any{"string", "null"}
		if f.Max > 0 {
			out["maxLength"] = f.Max
		}
		if f.Format == PublicURL || f.Name == CustomHost {
			out["format"] = "uri"
		}
		if len(f.Choices) > 0 {
			var choices []any
			for _, c := range f.Choices {
				choices = append(choices, c)
			}
			out["enum"] = append(choices, nil)
		}
	case Bool:
		out["type"] = []any{"boolean", "null"}
	case Number:
		out["type"] = []any{"number", "null"}
	case List:
		out["type"] = []any{"array", "null"}
		out["maxItems"] = maxItems
		if f.Required {
			out["minItems"] = 1
		}
		out["items"] = map[string]any{"type": "object", "properties": f.members(), "required": f.requiredMembers()}
	case Object:
		out["type"] = []any{"object", "string", "null"}
		out["properties"] = f.members()
	case StringMap:
		out["type"] = []any{"object", "null"}
		out["additionalProperties"] = map[string]any{"type": "string"}
	}
	switch f.Default {
	case "":
	case "true", "false":
		out["default"] = f.Default == "true"
	default:
		out["default"] = strings.Trim(f.Default, `"`)
	}
	if f.Secret {
		out["writeOnly"] = true
	}
	return out
}

func (f Field) members() map[string]any {
	out := map[string]any{}
	for _, m := range f.Fields {
		out[m.Name] = Spec{}.property(m)
	}
	return out
}

func (f Field) requiredMembers() []any {
	out := []any{}
	for _, m := range f.Fields {
		if m.Required {
			out = append(out, m.Name)
		}
	}
	return out
}
