package gateway

import (
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/pricing"
	"github.com/claviger/claviger/internal/provider"
)

// priced is what is known of one model of a target: what it costs, and how long
// its answers have been of late.
type priced struct {
	*pricing.Quote
	names      []string // see [limits.Attributes]
	aiProvider string
	longest    int64        // that it can think and answer, in tokens
	broken     error        // why it has no price; nil for most
	output     atomic.Int64 // tokens; 0: no answer yet
	reasoning  atomic.Int64 // those of them that nobody sees; 0: none
}

// like reports whether what a request may use of m is judged as of o: a target
// that is made anew for each attempt has prices of its own.
func (p *priced) like(o *priced) bool {
	return p == o || p.aiProvider == o.aiProvider && p.longest == o.longest && slices.Equal(p.names, o.names) &&
		p.Source() == o.Source() && p.Text() == o.Text()
}

// learn takes the length of an answer in.
func (p *priced) learn(t claviger.Tokens) {
	near(&p.output, t.Out())
	near(&p.reasoning, t.Reasoning)
}

// near moves a mean an eighth of the way to another value. A lost update of two
// at once is no harm.
func near(mean *atomic.Int64, to int64) {
	old := mean.Load()
	switch {
	case old == 0:
		mean.Store(max(to, 0))
	case to > 0:
		mean.Store(max(old+(to-old)/8, 1))
	}
}

// usual is how long an answer is likely to be.
func (p *priced) usual() int64 {
	if n := p.output.Load(); n > 0 {
		return n
	}
	return assumedOutput
}

// unknownLongest bounds, in tokens, how long a model thinks of which that is not
// known.
const unknownLongest = 1 << 20

// maxPriced bounds the models remembered for one target: callers name them.
const maxPriced = 1000

// prices are those of a target's models, each looked up at its first request. A
// read takes no lock.
type prices struct {
	input pricing.Input              // without the model
	rows  map[string]*claviger.Model // by slug, and by it in lower case
	namer provider.ModelNamer        // nil for most
	log   *slog.Logger

	mu     sync.Mutex
	models atomic.Pointer[map[string]*priced]
}

// of is what is known of a model.
func (p *prices) of(model string) *priced {
	if known := p.models.Load(); known != nil {
		if m := (*known)[model]; m != nil {
			return m
		}
	}
	m := p.compile(model)
	p.mu.Lock()
	defer p.mu.Unlock()
	known := p.models.Load()
	switch {
	case known == nil:
		p.models.Store(&map[string]*priced{model: m})
	case (*known)[model] != nil:
		return (*known)[model]
	case len(*known) < maxPriced && len(model) <= claviger.MaxModelSlug:
		more := maps.Clone(*known)
		more[model] = m
		p.models.Store(&more)
	}
	return m
}

func (p *prices) compile(model string) *priced {
	in := p.input
	in.Model = model
	in.Row = p.rows[model]
	names := namesOf(in.AIProvider, model, p.namer)
	if p.namer != nil {
		if behind := p.namer.ModelOf(model); behind != "" {
			in.AlsoKnownAs = []string{behind}
		}
	}
	for _, name := range names { // a price must not be escaped by another spelling
		if in.Row == nil {
			in.Row = p.rows[name]
		}
	}
	quote, err := pricing.New(in)
	if err != nil {
		// What was stored was checked then, so this is a defect or a damaged row;
		// guessing a price would be worse than refusing.
		p.log.Error("a model's price cannot be read", "ai_provider", in.AIProvider, "error", err)
		return &priced{broken: err}
	}
	m := &priced{Quote: quote, names: names, aiProvider: in.AIProvider, longest: unknownLongest}
	if in.Catalogue != nil {
		for _, name := range append(in.AlsoKnownAs, model) {
			if known, ok := in.Catalogue.Find(in.AIProvider, name); ok && known.ContextWindow > 0 {
				m.longest = known.ContextWindow
				break
			}
		}
	}
	return m
}

// pricesOf are the prices of a stored integration.
func (d *targets) pricesOf(row claviger.Target, account provider.Account) *prices {
	p := &prices{log: d.log, input: pricing.Input{
		Catalogue: d.catalogue, AIProvider: row.Integration.AIProvider, Adjustments: row.Integration.PricingAdjustments,
	}}
	if len(row.Models) > 0 {
		p.rows = make(map[string]*claviger.Model, 2*len(row.Models))
		for i := range row.Models {
			p.rows[strings.ToLower(row.Models[i].Slug)] = &row.Models[i]
		}
		for i := range row.Models {
			p.rows[row.Models[i].Slug] = &row.Models[i]
		}
	}
	p.namer, _ = account.(provider.ModelNamer)
	return p
}

// listPrices are those of a kind whose credential the caller brought.
func (g *Gateway) listPrices(aiProvider string) *prices {
	if v, ok := g.lists.Load(aiProvider); ok {
		return v.(*prices)
	}
	p := &prices{log: g.Log, input: pricing.Input{Catalogue: g.Catalogue, AIProvider: aiProvider}}
	if !g.Providers.Known(aiProvider) {
		return p // callers make such names
	}
	v, _ := g.lists.LoadOrStore(aiProvider, p)
	return v.(*prices)
}

// adopt takes over how long answers have been from the prices before these.
func (p *prices) adopt(old *prices) {
	known := old.models.Load()
	if known == nil {
		return
	}
	for model, m := range *known {
		if n := m.output.Load(); n > 0 {
			now := p.of(model)
			now.output.Store(n)
			now.reasoning.Store(m.reasoning.Load())
		}
	}
}
