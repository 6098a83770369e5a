package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/catalogue"
	"github.com/claviger/claviger/internal/pricing"
)

const priceSummary = "explain what a request costs, line by line"

// priceAsked is what "claviger price" was told.
type priceAsked struct {
	provider, model, base, custom, usage, catalogue string
	fineTune, batch, json                           bool
	multipliers                                     multipliers
	tokens                                          claviger.Tokens
	entry, dataDir, database                        string
}

// price explains a cost: that of tokens by class, or of a provider's answer, for
// which it needs no store, or of an entry of the ledger. It returns the exit
// status.
func price(ctx context.Context, args, environ []string, stdin io.Reader, stdout, stderr io.Writer) int {
	asked := priceAsked{multipliers: multipliers{}, catalogue: lookup(environ, "CLAVIGER_CATALOGUE_FILE")}
	flags := asked.flags()
	flags.SetOutput(io.Discard)
	err := flags.Parse(args)
	if errors.Is(err, flag.ErrHelp) {
		fmt.Fprint(stdout, priceHelp())
		return exitOK
	}
	if err == nil {
		err = asked.check(flags)
	}
	if err != nil {
		fmt.Fprintf(stderr, "claviger price: %v\n", err)
		return exitUsage
	}
	if asked.entry != "" {
		return asked.entryOf(ctx, environ, stdout, stderr)
	}
	if err := asked.explain(stdin, stdout); err != nil {
		fmt.Fprintf(stderr, "claviger price: %v\n", err)
		return exitFailed
	}
	return exitOK
}

// flags are those of the command, to be parsed into a.
func (a *priceAsked) flags() *flag.FlagSet {
	f := flag.NewFlagSet("price", flag.ContinueOnError)
	f.StringVar(&a.provider, "provider", "", "kind of provider, as in ai_provider_id: `ID`")
	f.StringVar(&a.model, "model", "", "`MODEL` as a request names it, without a provider before it")
	f.StringVar(&a.base, "base-model", "", "`MODEL` that it behaves like, as base_model_slug of a model")
	f.BoolVar(&a.fineTune, "fine-tune", false, "it was tuned from the base model")
	f.StringVar(&a.custom, "custom", "", "price of one's own, as pricing_config of a model: `JSON`")
	f.Var(a.multipliers, "multiplier", "`NUMBER`, or KEY=NUMBER as in pricing_adjustments.multiplier; may be given again")
	f.BoolVar(&a.batch, "batch", false, "at the rates of batch jobs")
	f.StringVar(&a.usage, "usage", "", "`JSON` of an answer's usage, a whole answer or a stream; - reads it from the standard input")
	for _, c := range a.classes() {
		f.Int64Var(c.count, c.flag, 0, c.help)
	}
	f.StringVar(&a.catalogue, "catalogue-file", a.catalogue, "models and prices of a `FILE` instead of those built in [CLAVIGER_CATALOGUE_FILE]")
	f.BoolVar(&a.json, "json", false, "print JSON")
	f.StringVar(&a.entry, "entry", "", "show what an entry of the ledger was charged, and at which price: `ID`")
	f.StringVar(&a.dataDir, "data-dir", "", "with --entry: `DIR` of the store on SQLite [CLAVIGER_DATA_DIR]")
	f.StringVar(&a.database, "database-url", "", "with --entry: `URL` of the store on PostgreSQL [CLAVIGER_DATABASE_URL]")
	return f
}

// class is a count that a flag gives.
type class struct {
	flag, help string
	count      *int64
}

// classes are the counts, each apart from the others.
func (a *priceAsked) classes() []class {
	t := &a.tokens
	return []class{
		{"input", "uncached text in: `TOKENS`", &t.Input},
		{"cached", "read from a cache: `TOKENS`", &t.CacheRead},
		{"cache-write-5m", "written to a cache for five minutes: `TOKENS`", &t.CacheWrite5m},
		{"cache-write-1h", "written to a cache for an hour: `TOKENS`", &t.CacheWrite1h},
		{"audio-in", "audio in, uncached: `TOKENS`", &t.AudioInput},
		{"cached-audio", "audio read from a cache: `TOKENS`", &t.CacheReadAudio},
		{"image-in", "images in, uncached: `TOKENS`", &t.ImageInput},
		{"cached-image", "images read from a cache: `TOKENS`", &t.CacheReadImage},
		{"output", "text out, reasoning included: `TOKENS`", &t.Output},
		{"reasoning", "the part of the output that was reasoning: `TOKENS`", &t.Reasoning},
		{"audio-out", "audio out: `TOKENS`", &t.AudioOutput},
		{"image-out", "images out: `TOKENS`", &t.ImageOutput},
		{"web-searches", "searches of the web by the provider: `NUMBER`", &t.WebSearches},
		{"file-searches", "searches of files by the provider: `NUMBER`", &t.FileSearches},
	}
}

// check finds what flags cannot say alone.
func (a *priceAsked) check(flags *flag.FlagSet) error {
	if flags.NArg() > 0 {
		return errors.New("the command takes flags only")
	}
	if a.entry != "" {
		return a.checkEntry(flags)
	}
	if a.dataDir+a.database != "" {
		return errors.New("--data-dir and --database-url go with --entry")
	}
	if a.provider == "" || a.model == "" {
		return errors.New("--provider and --model are needed")
	}
	for _, c := range a.classes() {
		if *c.count < 0 {
			return fmt.Errorf("--%s must not be below 0", c.flag)
		}
	}
	if a.usage != "" && a.tokens != (claviger.Tokens{}) {
		return errors.New("--usage says all counts: give none besides")
	}
	if a.tokens.Reasoning > a.tokens.Output {
		return errors.New("--reasoning is a part of --output and cannot be more")
	}
	if a.custom != "" && !json.Valid([]byte(a.custom)) {
		return errors.New("--custom is no JSON")
	}
	return nil
}

// explain finds the price and prints the bill.
func (a *priceAsked) explain(stdin io.Reader, stdout io.Writer) error {
	known := catalogue.Default()
	if a.catalogue != "" {
		var err error
		if known, err = loadCatalogue(a.catalogue); err != nil {
			return fmt.Errorf("read the catalogue: %w", err)
		}
	}
	if a.usage != "" {
		var err error
		if a.tokens, err = a.readUsage(stdin); err != nil {
			return err
		}
	}
	row := &claviger.Model{Slug: a.model, BaseModel: a.base, FineTune: a.fineTune}
	if a.custom != "" {
		row.Pricing = json.RawMessage(a.custom)
	}
	q, err := pricing.New(pricing.Input{Catalogue: known, AIProvider: a.provider, Model: a.model, Row: row,
		Adjustments: a.multipliers.adjustments(), Batch: a.batch})
	if err != nil {
		return err
	}
	if !q.Priced() {
		return fmt.Errorf("no price is known for the model %q of %q", a.model, a.provider)
	}
	if a.json {
		return printPriceJSON(stdout, a, q)
	}
	return printPrice(stdout, a, q)
}

// lookup is a variable of the environment.
func lookup(environ []string, name string) string {
	for _, pair := range environ {
		if value, ok := strings.CutPrefix(pair, name+"="); ok {
			return value
		}
	}
	return ""
}

// priceHelp is the help of the command.
func priceHelp() string {
	var b strings.Builder
	b.WriteString("claviger price: " + priceSummary + "\n\n" +
		"Counts are apart from one another, as in the ledger: what was read from a cache\n" +
		"is no input. --usage takes them as a provider gives them.\n\nFlags:\n\n")
	(&priceAsked{multipliers: multipliers{}}).flags().VisitAll(func(f *flag.Flag) {
		name, help := flag.UnquoteUsage(f)
		fmt.Fprintf(&b, "  %s\n      %s\n", strings.TrimSpace("--"+f.Name+" "+name), help)
	})
	return b.String()
}
