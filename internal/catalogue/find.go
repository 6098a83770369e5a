package catalogue

import "strings"

// maxName is the longest name looked up, in bytes. Requests may carry more;
// nothing that long is a model.
const maxName = 512

// Find returns the model that a request to a provider means. It tries the name
// as it is, exactly and then by the rules of the catalogue; then without what
// the provider lets callers put around a name (regions, ARNs, publishers); then
// the model that a fine-tuned one is based on; and last without a date or
// "latest". Case does not matter. It reports false when none is known.
func (c *Catalogue) Find(aiProvider, model string) (Model, bool) {
	p := c.providers[aiProvider]
	if p == nil || model == "" || len(model) > maxName {
		return Model{}, false
	}
	model = strings.ToLower(model)
	if m, ok := p.exact(model); ok {
		return m, true // without a look at what else it might mean
	}
	for _, s := range spellings(aiProvider, model) {
		if m, ok := p.find(s); ok {
			return m, true
		}
	}
	return Model{}, false
}

func (p *provider) find(text string) (Model, bool) {
	if m, ok := p.exact(text); ok {
		return m, true
	}
	for i := range p.rules {
		if p.rules[i].matches(text) {
			return p.models[p.rules[i].model], true
		}
	}
	return Model{}, false
}
