package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"text/tabwriter"

	"github.com/claviger/claviger/internal/pricing"
)

// sources are where a price is from, for people.
var sources = map[string]string{
	pricing.Custom:    "a price of its own",
	pricing.Base:      "the price of its base model",
	pricing.Catalogue: "the price in the catalogue",
}

// printPrice prints the bill for people.
func printPrice(w io.Writer, a *priceAsked, q *pricing.Quote) error {
	b := q.Bill(a.tokens)
	fmt.Fprintf(w, "Model:   %s of %s\nPrice:   %s", oneLine(a.model), oneLine(a.provider), sources[b.Source])
	if b.Model != "" {
		fmt.Fprintf(w, ", %s", oneLine(b.Model))
	}
	if b.Batch {
		fmt.Fprint(w, ", in a batch")
	}
	tier := "the usual rates"
	if b.Above > 0 {
		tier = fmt.Sprintf("the rates above %d input tokens", b.Above)
	}
	fmt.Fprintf(w, "\nTier:    %s\n\n", tier)

	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "UNIT\tQUANTITY\tUSD PER MILLION\tMULTIPLIER\tUSD")
	for _, l := range b.Lines {
		unit := l.Unit
		if l.As != "" {
			unit += " (as " + l.As + ")"
		}
		fmt.Fprintf(t, "%s\t%d\t%s\t%s\t%s\n", unit, l.Quantity, l.Rate, l.Multiplier, l.Amount)
	}
	fmt.Fprintf(t, "sum\t\t\t\t%s\n", b.Exact)
	if err := t.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "\nCost:    %s USD, %d nano-dollars\n", dollars(b.Cost), b.Cost)
	return err
}

// printPriceJSON prints the bill for programs.
func printPriceJSON(w io.Writer, a *priceAsked, q *pricing.Quote) error {
	out := struct {
		Provider string           `json:"provider"`
		Model    string           `json:"model"`
		Price    string           `json:"price"`
		Counts   map[string]int64 `json:"counts"`
		Bill     pricing.Bill     `json:"bill"`
	}{a.provider, a.model, q.Text(), a.counts(), q.Bill(a.tokens)}
	return printJSON(w, out)
}

// counts are those that are not 0, by flag.
func (a *priceAsked) counts() map[string]int64 {
	out := map[string]int64{}
	for _, c := range a.classes() {
		if *c.count != 0 {
			out[c.flag] = *c.count
		}
	}
	return out
}

func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// dollars is an amount of nano-dollars in US dollars.
func dollars(nanos int64) string {
	const decimals = 9
	text := strconv.FormatInt(nanos, 10)
	for len(text) <= decimals {
		text = "0" + text
	}
	return text[:len(text)-decimals] + "." + text[len(text)-decimals:]
}
