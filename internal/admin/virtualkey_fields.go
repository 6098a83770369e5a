package admin

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/claviger/claviger/internal/provider"
)

// Virtual keys spell the configurations of an integration in their own way:
// aws_region is awsRegion, and what they call by another name is here. Some
// clients turn the names at the top of a request back into snake case.
var virtualKeyNames = map[string]string{
	"azure_resource_name":     "resourceName",
	"azure_deployment_config": deploymentConfig,
	"azure_api_version":       "apiVersion",
	"azure_deployment_name":   "deploymentName",
	"azure_model_slug":        "modelSlug",
}

const (
	deploymentConfig = "deploymentConfig"
	azureDeployments = "azure_deployment_config"
	azureOpenAI      = "azure-openai"
)

// camel is a field of configurations as virtual keys spell it.
func camel(name string) string {
	if own, ok := virtualKeyNames[name]; ok {
		return own
	}
	words := strings.Split(name, "_")
	for i, w := range words[1:] {
		if w != "" {
			words[i+1] = strings.ToUpper(w[:1]) + w[1:]
		}
	}
	return strings.Join(words, "")
}

// uncamel is a field of a virtual key, in either spelling, as configurations
// have it.
func uncamel(name string) string {
	var b strings.Builder
	for _, r := range name {
		if r >= 'A' && r <= 'Z' {
			b.WriteByte('_')
			r += 'a' - 'A'
		}
		b.WriteRune(r)
	}
	snake := b.String()
	for own, theirs := range virtualKeyNames {
		if camel(snake) == theirs {
			return own
		}
	}
	return snake
}

// VirtualKeyFields lists, sorted, the fields at the top of a virtual key's
// request that are configurations of some kind of provider, in each spelling.
func (s *Service) VirtualKeyFields() []string {
	names := map[string]bool{}
	add := func(field string) {
		own := camel(field)
		names[field], names[own], names[strings.Join(snakeWords(own), "_")] = true, true, true
	}
	for _, field := range []string{"azure_api_version", "azure_deployment_name"} {
		add(field) // at the top they stand for a single deployment
	}
	for _, id := range append(s.registry.IDs(), "") {
		for _, f := range s.registry.Adapter(id).Spec().AllFields() {
			add(f.Name)
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// snakeWords are the words of a name in camel case, in lower case.
func snakeWords(name string) []string {
	var words []string
	start := 0
	for i, r := range name {
		if r >= 'A' && r <= 'Z' {
			words = append(words, strings.ToLower(name[start:i]))
			start = i
		}
	}
	return append(words, strings.ToLower(name[start:]))
}

// configurations are the fields of a virtual key's request as an integration of
// that kind has them. A field given in two spellings is a problem.
func (p *problems) configurations(kind string, sent map[string]json.RawMessage) map[string]json.RawMessage {
	out := map[string]json.RawMessage{}
	for _, name := range slices.Sorted(maps.Keys(sent)) {
		own := uncamel(name)
		if _, twice := out[own]; twice {
			p.add(name, "is given twice, in two spellings")
		}
		out[own] = sent[name]
	}
	if kind == azureOpenAI {
		oneDeployment(out)
	}
	if raw, ok := out[azureDeployments]; ok {
		out[azureDeployments] = deployments(raw)
	}
	return out
}

// oneDeployment makes a list of the deployment that older clients name at the
// top.
func oneDeployment(fields map[string]json.RawMessage) {
	one := map[string]json.RawMessage{}
	for _, name := range []string{"azure_api_version", "azure_deployment_name"} {
		if raw, ok := fields[name]; ok && !isNull(raw) {
			one[name] = raw
		}
		delete(fields, name)
	}
	if _, has := fields[azureDeployments]; has || len(one) == 0 {
		return
	}
	one["is_default"] = json.RawMessage("true")
	if raw, err := json.Marshal([]any{one}); err == nil { // raw values always encode
		fields[azureDeployments] = raw
	}
}

// deployments are the objects of deploymentConfig as an integration has them.
// Virtual keys do not say which model is behind a deployment: it is called by
// its alias, or else its own name.
func deployments(raw json.RawMessage) json.RawMessage {
	return eachObject(raw, func(in map[string]json.RawMessage) map[string]json.RawMessage {
		out := map[string]json.RawMessage{}
		for name, v := range in {
			out[uncamel(name)] = v
		}
		for _, name := range []string{"alias", "azure_deployment_name"} {
			if isNull(out["azure_model_slug"]) && !isNull(out[name]) {
				out["azure_model_slug"] = out[name]
			}
		}
		return out
	})
}

// eachObject changes the objects of an array. What is none stays as it is, for
// validation to refuse.
func eachObject(raw json.RawMessage, change func(map[string]json.RawMessage) map[string]json.RawMessage) json.RawMessage {
	var items []map[string]json.RawMessage
	if json.Unmarshal(raw, &items) != nil {
		return raw
	}
	for i, item := range items {
		if item != nil {
			items[i] = change(item)
		}
	}
	out, err := json.Marshal(items)
	if err != nil {
		return raw
	}
	return out
}

// ModelConfig are configurations as they may be shown, as virtual keys spell
// them.
func ModelConfig(configurations map[string]json.RawMessage) map[string]json.RawMessage {
	out := make(map[string]json.RawMessage, len(configurations))
	for name, raw := range configurations {
		if name == azureDeployments {
			raw = eachObject(raw, func(in map[string]json.RawMessage) map[string]json.RawMessage {
				item := map[string]json.RawMessage{}
				for field, v := range in {
					if field != "is_default" {
						field = camel(field)
					}
					item[field] = v
				}
				return item
			})
		}
		out[camel(name)] = raw
	}
	return out
}

// withDefaultMode adds the mode of authentication that older clients mean when
// they name none.
func withDefaultMode(configurations map[string]json.RawMessage, auth provider.Auth) {
	if auth.Field == "" || auth.Default == "" || !isNull(configurations[auth.Field]) {
		return
	}
	configurations[auth.Field], _ = json.Marshal(auth.Default) // strings always encode
}
