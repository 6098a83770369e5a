package catalogue

import (
	"slices"
	"strconv"
	"strings"
)

// The columns of a model's line. A dash stands for nothing.
const (
	colProvider = iota
	colSlug
	colType
	colContext
	colPrices
	colNames
	colTitle
	columns
)

const (
	maxContext = 1 << 40 // tokens, of windows and thresholds
	maxNames   = 256     // other names of one model
)

// model reads one model's line.
func (l *loader) model(line string) {
	cells := strings.Split(line, "\t")
	if len(cells) != columns {
		l.problem("has %d columns separated by tabs, want %d", len(cells), columns)
		return
	}
	l.models++
	if !plainID(cells[colProvider]) {
		l.problem("%s is no provider id", shown(cells[colProvider]))
		return
	}
	d := l.providers[cells[colProvider]]
	if d == nil {
		d = &draft{names: map[string]int32{}}
		l.providers[cells[colProvider]] = d
	}
	m := Model{
		Slug: cells[colSlug], Name: cells[colTitle],
		Type: l.modelType(cells[colType]), ContextWindow: l.context(cells[colContext]), Price: l.price(cells[colPrices]),
	}
	if m.Name == "-" || m.Name == "" {
		m.Name = m.Slug
	}
	i := int32(len(d.models))
	d.models = append(d.models, m)
	if l.nameable(m.Slug) {
		l.name(d, m.Slug, i)
	}
	if cells[colNames] != "-" {
		l.otherNames(d, strings.Split(cells[colNames], " "), i)
	}
}

func (l *loader) modelType(cell string) Type {
	i := slices.Index(types, Type(cell))
	if i < 0 {
		l.problem("%s is no type of model", shown(cell))
		return ""
	}
	return types[i]
}

func (l *loader) context(cell string) int64 {
	if cell == "-" {
		return 0
	}
	n, err := strconv.ParseInt(cell, 10, 64)
	if err != nil || n <= 0 || n > maxContext {
		l.problem("%s is no number of tokens", shown(cell))
	}
	return n
}

// otherNames reads what else a model is called: names, patterns, and
// exclusions from the patterns.
func (l *loader) otherNames(d *draft, names []string, model int32) {
	if len(names) > maxNames {
		l.problem("has more than %d other names", maxNames)
		return
	}
	var not []string
	rules := len(d.rules)
	for _, n := range names {
		n = strings.ToLower(n)
		out, excludes := strings.CutPrefix(n, "!")
		switch {
		case excludes && isGlob(out):
			not = append(not, out)
		case isGlob(n) && strings.Trim(n, "*#!") != "" && !strings.Contains(n, "!"):
			d.rules = append(d.rules, rule{glob: n, model: model})
		case l.nameable(n):
			l.name(d, n, model)
		}
	}
	if len(not) > 0 && rules == len(d.rules) {
		l.problem("excludes names, but has no pattern")
	}
	for i := range d.rules[rules:] {
		d.rules[rules+i].not = not
	}
}

// nameable reports whether n can be a name, and says so when not.
func (l *loader) nameable(n string) bool {
	ok := n != "" && n != "-" && len(n) <= maxName && !strings.ContainsAny(n, " *#!")
	if !ok {
		l.problem("%s is no name of a model", shown(n))
	}
	return ok
}

func (l *loader) name(d *draft, n string, model int32) {
	n = strings.ToLower(n)
	if other, taken := d.names[n]; taken && other == model {
		l.problem("%s is named twice", shown(n))
	} else if taken {
		l.problem("%s is a name of %s already", shown(n), shown(d.models[other].Slug))
	}
	d.names[n] = model
}

// price reads the rates of a model: unit=price words, after ">tokens" those of
// requests with more input, after "batch" those of batch jobs. "free" is a
// price of 0, a dash none that is known.
func (l *loader) price(cell string) *Price {
	if cell == "-" {
		return nil
	}
	if p, ok := l.prices[cell]; ok {
		return p
	}
	before := len(l.problems)
	p := l.readPrice(cell)
	if len(l.problems) == before {
		l.prices[cell] = p
	}
	return p
}

func (l *loader) readPrice(cell string) *Price {
	if cell == "free" {
		return &Price{tiers: []Tier{{Rates: Rates{[]rate{{Input, 0}, {Output, 0}}}}}}
	}
	p := &Price{tiers: []Tier{{}}}
	into := &p.tiers[0].Rates
	for word := range strings.SplitSeq(cell, " ") {
		if above, ok := strings.CutPrefix(word, ">"); ok {
			p.tiers = append(p.tiers, Tier{Above: l.threshold(above, p.tiers[len(p.tiers)-1].Above)})
			into = &p.tiers[len(p.tiers)-1].Rates
		} else if word == "batch" {
			into = &p.batch
		} else if r, ok := l.rate(word, *into); ok {
			into.list = append(into.list, r)
		}
	}
	// A tier says what differs from the one below.
	for i := range p.tiers {
		var below Rates
		if i > 0 {
			below = p.tiers[i-1].Rates
		}
		if len(p.tiers[i].Rates.list) == 0 {
			l.problem("has no price above %d tokens", p.tiers[i].Above)
		}
		p.tiers[i].Rates = below.with(p.tiers[i].Rates)
	}
	p.batch = Rates{}.with(p.batch)
	return p
}

func (l *loader) threshold(text string, last int64) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n <= last || n > maxContext {
		l.problem("%s is no number of tokens above %d", shown(">"+text), last)
		return last
	}
	return n
}

func (l *loader) rate(word string, have Rates) (rate, bool) {
	key, value, _ := strings.Cut(word, "=")
	u, ok := unitNamed(key)
	if !ok {
		l.problem("%s is no unit", shown(key))
		return rate{}, false
	}
	if _, twice := have.Known(u); twice {
		l.problem("%s has two prices", key)
		return rate{}, false
	}
	price, err := ParsePerMillion(value)
	if err != nil {
		l.problem("%s: %s %w", key, shown(value), err)
	}
	return rate{u, price}, err == nil
}

// plainID reports whether s is spelled like an ai_provider_id.
func plainID(s string) bool {
	return s != "" && len(s) <= 64 && !strings.ContainsFunc(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-' && r != '_'
	})
}

// shown is text of the file as an error quotes it.
func shown(s string) string {
	if len(s) > 80 {
		s = s[:80] + "…"
	}
	return strconv.Quote(s)
}
