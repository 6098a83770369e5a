package main

import (
	"context"
	"fmt"
	"io"
	"time"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/store"
	"github.com/claviger/claviger/internal/store/sqlite"
)

// checkLedger counts the entries of the ledger again and prints a line for each
// counter that says something else, and likewise for the totals of lists; its
// error is that there are some. With --repair it makes them what was counted.
//
// Files of SQLite are read from end to end before.
func checkLedger(ctx context.Context, s settings, stdout, stderr io.Writer) error {
	if !s.Postgres() {
		if err := sqlite.Check(ctx, s.DataDir); err != nil {
			return err
		}
	}
	st, err := openExistingStore(ctx, s)
	if err != nil {
		return err
	}
	defer closeStore(st, s.logger(stderr))
	check := st.CheckCounters
	if s.Repair {
		if !s.Postgres() {
			dir, err := takeDataDir(s.DataDir)
			if err != nil {
				return err
			}
			defer dir.release()
		}
		check = st.RepairCounters
	}
	found, err := check(ctx, func(d store.CounterDifference) error {
		_, err := fmt.Fprintf(stdout, "organisation %s: %s: stored %s, recomputed %s\n",
			d.OrganisationID, oneLine(d.Counter.String()), inWords(d.Stored), inWords(d.Recounted))
		return err
	})
	if err != nil {
		return fmt.Errorf("recount the ledger: %w", detail(err))
	}
	totals := st.CheckTotals
	if s.Repair {
		totals = st.RepairTotals
	}
	wrong, err := totals(ctx)
	if err != nil {
		return fmt.Errorf("recount the totals of lists: %w", detail(err))
	}
	for _, d := range wrong {
		fmt.Fprintf(stdout, "organisation %s: total %s: stored %d, counted %d\n", d.OrganisationID, oneLine(d.String()), d.Stored, d.Counted)
	}
	became := "differ from the entries of the ledger"
	if s.Repair {
		became = "repaired"
	}
	if found.Different == 0 {
		fmt.Fprintf(stdout, "%d counter(s), all as the entries of the ledger say.\n", found.Counters)
	} else {
		fmt.Fprintf(stdout, "%d counter(s), %d of them %s.\n", found.Counters, found.Different, became)
	}
	switch {
	case len(wrong) == 0:
		fmt.Fprintln(stdout, "All totals of lists are as counted.")
	case s.Repair:
		fmt.Fprintf(stdout, "%d total(s) of lists repaired.\n", len(wrong))
	default:
		fmt.Fprintf(stdout, "%d total(s) of lists differ from what there is.\n", len(wrong))
	}
	if s.Repair || found.Different+len(wrong) == 0 {
		return nil
	}
	return fmt.Errorf("%d counter(s) and %d total(s) differ; once the server is stopped, --repair makes them right", found.Different, len(wrong))
}

// inWords is the state of a counter; nil when there is none.
func inWords(u *claviger.Usage) string {
	switch {
	case u == nil:
		return "nothing"
	case u.Window.IsZero():
		return fmt.Sprintf("%d since the beginning", u.Used)
	}
	return fmt.Sprintf("%d since %s", u.Used, u.Window.Format(time.RFC3339Nano))
}
