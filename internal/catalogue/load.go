package catalogue

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// Bounds of a file, many times what it needs.
const (
	maxFile     = 8 << 20
	maxLine     = 16 << 10
	maxModels   = 20_000
	maxProblems = 50
)

// magic is the first line of a file, with the version of the format.
const magic = "claviger-catalogue 1"

// Load reads a catalogue, at most 8 MiB of it, in the format that docs/prices.md
// describes. Everything is checked: the error names all problems, up to 50, by
// line.
func Load(r io.Reader) (*Catalogue, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err != nil {
		return nil, fmt.Errorf("read model catalogue: %w", err)
	}
	if len(data) > maxFile {
		return nil, fmt.Errorf("model catalogue is larger than %d MiB", maxFile>>20)
	}
	return parse(string(data))
}

// parse keeps parts of text, not copies.
func parse(text string) (*Catalogue, error) {
	l := &loader{providers: map[string]*draft{}, prices: map[string]*Price{}}
	first, rest, _ := strings.Cut(text, "\n")
	if strings.TrimSuffix(first, "\r") != magic {
		return nil, fmt.Errorf("line 1: is not %q: no model catalogue, or of another version", magic)
	}
	l.line = 1
	for line := range strings.SplitSeq(rest, "\n") {
		l.line++
		l.read(strings.TrimSuffix(line, "\r"))
		if len(l.problems) >= maxProblems {
			l.problem("and maybe more; stopped here")
			break
		}
	}
	if l.models == 0 && len(l.problems) == 0 {
		l.problem("there is no model")
	}
	if len(l.problems) > 0 {
		return nil, errors.Join(l.problems...)
	}
	return l.catalogue(), nil
}

// loader collects a file's models and problems.
type loader struct {
	line      int
	problems  []error
	source    Source
	models    int
	providers map[string]*draft
	prices    map[string]*Price // by their text: most are shared
}

func (l *loader) problem(format string, args ...any) {
	l.problems = append(l.problems, fmt.Errorf("line %d: "+format, append([]any{l.line}, args...)...))
}

func (l *loader) read(line string) {
	switch {
	case line == "" || line[0] == '#':
	case len(line) > maxLine:
		l.problem("is longer than %d bytes", maxLine)
	case !utf8.ValidString(line):
		l.problem("is not UTF-8")
	case strings.ContainsFunc(line, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }):
		l.problem("has control characters")
	case line[0] == '@':
		l.about(line)
	case l.models >= maxModels:
		l.problem("is more than %d models", maxModels)
	default:
		l.model(line)
	}
}

// about reads a line on the source.
func (l *loader) about(line string) {
	key, value, _ := strings.Cut(line[1:], " ")
	field := map[string]*string{
		"source": &l.source.Name, "version": &l.source.Version, "licence": &l.source.Licence,
		"published": &l.source.Published, "prices-on": &l.source.PricesOn,
	}[key]
	switch {
	case field == nil:
		l.problem("@%s is not known", shown(key))
	case *field != "":
		l.problem("@%s is there twice", key)
	default:
		*field = strings.TrimSpace(value)
	}
}

// catalogue is what was read, ready for look-ups.
func (l *loader) catalogue() *Catalogue {
	c := &Catalogue{source: l.source, providers: make(map[string]*provider, len(l.providers))}
	for id, d := range l.providers {
		c.providers[id] = d.provider()
	}
	return c
}

// draft is a provider whose models are still being read.
type draft struct {
	models []Model
	names  map[string]int32
	rules  []rule
}

// provider sorts what was read.
func (d *draft) provider() *provider {
	order := make([]int32, len(d.models))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortFunc(order, func(a, b int32) int { return strings.Compare(d.models[a].Slug, d.models[b].Slug) })

	p := &provider{models: make([]Model, len(order)), names: make([]name, 0, len(d.names)), rules: slices.Clip(d.rules)}
	place := make([]int32, len(order)) // of the model that was read i-th
	for to, from := range order {
		p.models[to] = d.models[from]
		place[from] = int32(to)
	}
	for text, m := range d.names {
		p.names = append(p.names, name{text, place[m]})
	}
	slices.SortFunc(p.names, func(a, b name) int { return strings.Compare(a.text, b.text) })
	for i := range p.rules {
		p.rules[i].model = place[p.rules[i].model]
	}
	slices.SortStableFunc(p.rules, func(a, b rule) int {
		if c := b.specific() - a.specific(); c != 0 {
			return c
		}
		return strings.Compare(a.glob, b.glob)
	})
	return p
}
