// Package catalogue knows which models each kind of provider has and what they
// cost. Its data is one text file, embedded, which [Load] also reads from
// elsewhere; docs/prices.md describes it and where it comes from.
//
// Money is in integers throughout: see [Picos].
package catalogue

import (
	_ "embed"
	"maps"
	"slices"
	"strings"
	"sync"
)

//go:embed models.tsv
var shipped string

// Default returns the catalogue that ships in the binary, read at the first
// call. It is safe for concurrent use and never nil.
var Default = sync.OnceValue(func() *Catalogue {
	c, err := parse(shipped)
	if err != nil {
		// A test holds the embedded file to be good. A binary built from a
		// damaged one knows no model, which callers must expect anyway.
		return &Catalogue{}
	}
	return c
})

// Catalogue is a set of models by provider. It is immutable and safe for
// concurrent use; the zero value has no models.
type Catalogue struct {
	source    Source
	providers map[string]*provider
}

// Source says where a catalogue's facts are from, in the words of its file.
// Missing ones are empty.
type Source struct {
	Name      string // the package or document
	Version   string
	Licence   string
	Published string // day, YYYY-MM-DD
	PricesOn  string // of prices that change with time, those of this day
}

// Type is what a model is for.
type Type string

// The types of models. FineTune marks a rule that prices fine-tuned models by
// their names: Find returns it, Models does not list it.
const (
	Chat       Type = "chat"
	Text       Type = "text"
	Embedding  Type = "embedding"
	Image      Type = "image"
	Audio      Type = "audio"
	Video      Type = "video"
	Responses  Type = "responses"
	Rerank     Type = "rerank"
	Moderation Type = "moderation"
	OCR        Type = "ocr"
	FineTune   Type = "fine-tune"
)

var types = []Type{Chat, Text, Embedding, Image, Audio, Video, Responses, Rerank, Moderation, OCR, FineTune}

// Model is one model of one provider.
type Model struct {
	Slug          string // what requests call it
	Name          string // for people; the slug when it has no other
	Type          Type
	ContextWindow int64  // tokens; 0 is not known
	Price         *Price // nil is not known; shared, immutable
}

// provider is what one kind of provider has.
type provider struct {
	models []Model // by slug
	names  []name  // every exact name, sorted
	rules  []rule  // most specific first
}

// name is one exact name of a model, in lower case.
type name struct {
	text  string
	model int32
}

// Source says where the facts are from.
func (c *Catalogue) Source() Source { return c.source }

// Providers lists the kinds of providers, by ai_provider_id, that have models
// here, sorted.
func (c *Catalogue) Providers() []string { return slices.Sorted(maps.Keys(c.providers)) }

// Models lists the models of a provider by slug. It is empty for providers
// whose models are not known. The slice is the caller's.
func (c *Catalogue) Models(aiProvider string) []Model {
	p := c.providers[aiProvider]
	if p == nil {
		return nil
	}
	out := make([]Model, 0, len(p.models))
	for _, m := range p.models {
		if m.Type != FineTune {
			out = append(out, m)
		}
	}
	return out
}

// exact returns the model of that name, in lower case.
func (p *provider) exact(text string) (Model, bool) {
	i, ok := slices.BinarySearchFunc(p.names, text, func(n name, t string) int { return strings.Compare(n.text, t) })
	if !ok {
		return Model{}, false
	}
	return p.models[p.names[i].model], true
}
