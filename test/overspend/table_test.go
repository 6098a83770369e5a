package overspend

import (
	"fmt"
	"io"
	"text/tabwriter"
)

// row is a line of the table.
type row struct {
	enforcement, database string
	account
	calls, refused, kills int
}

// printTable writes what all runs came to.
func printTable(out io.Writer, rows []row) {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "enforcement\tdatabase\tlimit on\tlimit\tsettled\tunsettled\tserved\tovershoot\tallowed\tcalls\trefused\tkills\tverdict\t")
	for _, r := range rows {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%d\t%d\t%d\t%s\t\n", r.enforcement, r.database, r.name+" ("+string(r.measure)+")",
			r.show(r.limit), r.show(r.settled), r.show(r.unsettled), r.show(r.served), r.show(r.over()), r.show(r.slack),
			r.calls, r.refused, r.kills, r.verdict())
	}
	w.Flush()
}
