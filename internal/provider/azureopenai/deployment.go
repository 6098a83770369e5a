package azureopenai

import (
	"encoding/json"
	"errors"
	"strconv"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/provider"
)

const deploymentsField = "azure_deployment_config"

// deployment is one of a resource's deployments.
type deployment struct {
	Alias      string `json:"alias"`
	Name       string `json:"azure_deployment_name"`
	APIVersion string `json:"azure_api_version"`
	Model      string `json:"azure_model_slug"`
	Default    bool   `json:"is_default"`
}

func parseDeployments(s provider.Settings) (list []deployment, err error) {
	if json.Unmarshal(s.Plain[deploymentsField], &list) != nil || len(list) == 0 {
		return nil, errors.New("there is no " + deploymentsField)
	}
	return list, nil
}

// sound is nil when every deployment can become part of a URL. Values that a
// secret mapping gave were not seen by Validate.
func sound(list []deployment) error {
	for _, d := range list {
		if d.Name == "" || provider.Segment.Check(d.Name) != "" || provider.Segment.Check(d.APIVersion) != "" {
			return errors.New(deploymentsField + " does not have its format")
		}
	}
	return nil
}

// checkDeployments finds deployments between which a call could not choose.
func checkDeployments(s provider.Settings) (p claviger.Problems) {
	list, err := parseDeployments(s)
	if err != nil {
		return nil // another rule says so
	}
	aliases, fallback := map[string]bool{}, false
	for i, d := range list {
		at := "configurations." + deploymentsField + "[" + strconv.Itoa(i) + "]"
		if d.Alias != "" && aliases[d.Alias] {
			p.Add(at+".alias", "is the alias of another deployment")
		}
		if d.Default && fallback {
			p.Add(at+".is_default", "must be true for one deployment only")
		}
		aliases[d.Alias] = true
		fallback = fallback || d.Default
	}
	return p
}

// choose finds the deployment for a model: by alias, by the model behind it,
// else the default.
func choose(list []deployment, model string) (deployment, error) {
	for _, same := range []func(deployment) bool{
		func(d deployment) bool { return model != "" && d.Alias == model },
		func(d deployment) bool { return model != "" && d.Model == model },
		func(d deployment) bool { return d.Default },
	} {
		for _, d := range list {
			if same(d) {
				return d, nil
			}
		}
	}
	return deployment{}, claviger.Fail(claviger.Invalid, "No azure alias passed/default config found")
}
