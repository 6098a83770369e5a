package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/admin"
	"github.com/claviger/claviger/internal/store"
)

// checkEntry finds flags that say nothing of an entry.
func (a *priceAsked) checkEntry(flags *flag.FlagSet) (err error) {
	flags.Visit(func(f *flag.Flag) {
		switch f.Name {
		case "entry", "data-dir", "database-url", "json":
		default:
			err = fmt.Errorf("--%s does not go with --entry, which has its price", f.Name)
		}
	})
	if _, wrong := claviger.ParseEntryID(a.entry); wrong != nil {
		return errors.New("--entry is no id of an entry")
	}
	return err
}

// entryOf shows an entry of the ledger. It may run beside a server.
func (a *priceAsked) entryOf(ctx context.Context, environ []string, stdout, stderr io.Writer) int {
	var args []string
	for name, value := range map[string]string{"--data-dir": a.dataDir, "--database-url": a.database} {
		if value != "" {
			args = append(args, name+"="+value)
		}
	}
	s, faults := loadSettings("price", args, environ)
	for _, f := range faults.List() {
		fmt.Fprintf(stderr, "claviger price: %s: %s\n", f.Name, f.Message)
	}
	if len(faults.List()) > 0 {
		return exitUsage
	}
	e, err := findEntry(ctx, s, a.entry, stderr)
	if err == nil {
		a.tokens = e.Closing.Tokens
		err = a.printEntry(stdout, e)
	}
	if err != nil {
		fmt.Fprintf(stderr, "claviger price: %v\n", err)
		return exitFailed
	}
	return exitOK
}

// findEntry looks through the organisations.
func findEntry(ctx context.Context, s settings, id string, stderr io.Writer) (claviger.Entry, error) {
	entry, err := claviger.ParseEntryID(id)
	if err != nil {
		return claviger.Entry{}, err
	}
	st, err := openExistingStore(ctx, s)
	if err != nil {
		return claviger.Entry{}, err
	}
	defer closeStore(st, s.logger(stderr))
	e, err := entryIn(ctx, st, entry)
	if err != nil {
		return e, fmt.Errorf("read the ledger: %w", detail(err))
	}
	return e, nil
}

func entryIn(ctx context.Context, st *store.Store, id claviger.EntryID) (claviger.Entry, error) {
	all, err := admin.New(admin.Deps{Store: useCases{st}}).Organisations(ctx)
	if err != nil {
		return claviger.Entry{}, err
	}
	for _, o := range all {
		found, _, err := st.Entries(ctx, o.ID, claviger.EntryQuery{Entry: id, Page: claviger.Page{Size: 1}})
		if err != nil {
			return claviger.Entry{}, err
		}
		if len(found) > 0 {
			return found[0], nil
		}
	}
	return claviger.Entry{}, errors.New("there is no such entry")
}

// printEntry shows what was charged: history, at the price of its time.
func (a *priceAsked) printEntry(w io.Writer, e claviger.Entry) error {
	price := e.Price
	if price == "" {
		price = "not known"
	}
	if a.json {
		return printJSON(w, struct {
			Entry     string               `json:"entry"`
			Provider  string               `json:"provider"`
			Model     string               `json:"model"`
			Status    claviger.EntryStatus `json:"status"`
			Price     string               `json:"price"`
			Counts    map[string]int64     `json:"counts"`
			Estimated bool                 `json:"estimated"`
			Cost      int64                `json:"cost"`
		}{e.ID.String(), e.AIProvider, e.Model, e.Status, e.Price, a.counts(), e.Closing.Estimated, e.Closing.Cost})
	}
	state := string(e.Status)
	if e.Status == claviger.EntryClosed {
		state += ", " + string(e.Closing.Outcome)
	}
	fmt.Fprintf(w, "Entry:   %s of %s\nModel:   %s of %s\nStatus:  %s\nPrice:   %s\n\n", e.ID, e.OpenedAt.Format(time.RFC3339),
		oneLine(e.Model), oneLine(e.AIProvider), state, oneLine(price))
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "UNIT\tQUANTITY")
	for _, c := range a.classes() {
		if *c.count != 0 {
			fmt.Fprintf(t, "%s\t%d\n", c.flag, *c.count)
		}
	}
	if err := t.Flush(); err != nil {
		return err
	}
	cost, note := e.Closing.Cost, ""
	switch {
	case e.Status == claviger.EntryOpen:
		cost, note = e.EstimatedCost, ", estimated; it is not over"
	case e.Closing.Estimated:
		note = ", of estimated tokens"
	}
	_, err := fmt.Fprintf(w, "\nCost:    %s USD, %d nano-dollars%s\n", dollars(cost), cost, note)
	return err
}
