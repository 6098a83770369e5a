package admin

import (
	"errors"
	"strings"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/provider"
)

const (
	configurationsDot = "configurations."
	modelConfigDot    = "model_config."
)

// VirtualKeyMappings are the mappings of an integration with their targets as
// virtual keys name them.
func VirtualKeyMappings(list []SecretMapping) []SecretMapping {
	return retarget(list, configurationsDot, modelConfigDot, camel)
}

// integrationMappings is the way back.
func integrationMappings(list []SecretMapping) []SecretMapping {
	return retarget(list, modelConfigDot, configurationsDot, uncamel)
}

func retarget(list []SecretMapping, from, to string, spell func(string) string) []SecretMapping {
	out := make([]SecretMapping, len(list))
	for i, m := range list {
		if field, ok := strings.CutPrefix(m.TargetField, from); ok {
			m.TargetField = to + spell(field)
		}
		out[i] = m
	}
	return out
}

// virtualKeyWords turn what a message says of configurations into what a virtual
// key has in their place.
var virtualKeyWords = strings.NewReplacer(
	`"`+configurationsDot+`"`, `"`+modelConfigDot+`"`,
	configurationsDot+provider.CustomHost, camel(provider.CustomHost),
)

// inVirtualKeyWords is an error about an integration in the words of a request
// that speaks of a virtual key.
func inVirtualKeyWords(err error) error {
	var e *claviger.Error
	switch {
	case !errors.As(err, &e):
		return err
	case e.Code == claviger.NotFound && e.Message == claviger.Missing("provider").Message:
		return claviger.Missing("virtual key")
	case len(e.Problems) == 0:
		return err
	}
	said := *e
	said.Problems = make([]claviger.Problem, len(e.Problems))
	for i, p := range e.Problems {
		p.Path = virtualKeyPath(p.Path)
		p.Message = virtualKeyWords.Replace(p.Message)
		if name, ok := strings.CutPrefix(p.Message, didYouMean); ok {
			p.Message = didYouMean + camel(name)
		}
		said.Problems[i] = p
	}
	return &said
}

// virtualKeyPath is the path of a field of an integration as a virtual key has
// it: "configurations.azure_deployment_config[0].azure_api_version" is
// "deploymentConfig[0].apiVersion".
func virtualKeyPath(path string) string {
	switch path {
	case "ai_provider_id":
		return "provider"
	case "configurations": // of its fields as a whole, wherever they came from
		return "model_config"
	}
	fields, ok := strings.CutPrefix(path, configurationsDot)
	if !ok {
		return path
	}
	parts := strings.Split(fields, ".")
	for i, part := range parts {
		name, index, _ := strings.Cut(part, "[")
		if name != "is_default" {
			name = camel(name)
		}
		if index != "" {
			name += "[" + index
		}
		parts[i] = name
	}
	return strings.Join(parts, ".")
}
