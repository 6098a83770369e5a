package report

import (
	"fmt"
	"io"
	"math"
	"strings"
	"text/tabwriter"
)

// Table is a title, a head line, rows, and what was to be reached.
type Table struct {
	Title string
	Notes []string // lines under the title: what was done, what a column means
	Head  []string
	Rows  [][]string
	Goals []Goal
}

// Row adds a row of cells.
func (t *Table) Row(cells ...string) { t.Rows = append(t.Rows, cells) }

// Goal is a figure and the most it may be.
type Goal struct {
	What  string
	Got   float64 // NaN: could not be measured, which counts as missed
	Limit float64
	Unit  string // "x", "MB", "ms"
}

// Met tells whether the goal is reached.
func (g Goal) Met() bool { return g.Got <= g.Limit }

func (g Goal) String() string {
	got, verdict := fmt.Sprintf("%.2f%s", g.Got, g.Unit), "met"
	if math.IsNaN(g.Got) {
		got = "not measured"
	}
	if !g.Met() {
		verdict = "MISSED"
	}
	return fmt.Sprintf("%-6s  %s at most %.2f%s: %s", verdict, g.What, g.Limit, g.Unit, got)
}

// Write prints the table as text.
func (t *Table) Write(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "\n%s\n%s\n", t.Title, strings.Repeat("=", len(t.Title)))
	for _, n := range t.Notes {
		fmt.Fprintln(&b, n)
	}
	tab := tabwriter.NewWriter(&b, 0, 0, 3, ' ', 0)
	for _, row := range append([][]string{t.Head}, t.Rows...) {
		fmt.Fprintln(tab, strings.Join(row, "\t"))
	}
	if err := tab.Flush(); err != nil {
		return err
	}
	for _, g := range t.Goals {
		fmt.Fprintln(&b, g)
	}
	_, err := io.WriteString(w, b.String())
	return err
}
