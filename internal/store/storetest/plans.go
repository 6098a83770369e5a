package storetest

import (
	"strings"
	"testing"
)

// Step is one step of a plan: what it reads, and by what condition.
type Step struct {
	// Table is the table as the plan names it.
	Table string
	// Indexed: an index leads to the rows. Without one, all rows are read.
	Indexed bool
	// Narrowed: by more than the organisation alone.
	Narrowed bool
}

// whole are the statements that may read all of an organisation's rows of a
// table, by a part of their text, and why that is so.
var whole = map[string]string{
	"LIMIT":                                  "a page in the order of an index ends after its rows",
	"SELECT COUNT(*) FROM workspaces":        "the total of a list of teams",
	"SELECT COUNT(*) FROM secret_references": "the total of a list; counted in the index",
	"SELECT COUNT(*) FROM entries":           "the total of a list; counted in the index",
	"SELECT COUNT(*) FROM audit_entries":     "the total of a list; counted in the index",
	"FROM integration_counts":                "has a few rows for an organisation",
	"AND 1 = 0":                              "nothing is asked for",
	"AND globally_granted AND":               "answered from an index of these alone",
}

// small are the tables that do not grow.
var small = map[string]bool{"keyring": true, "organisations": true}

// CheckPlan fails for a plan that reads more the more there is.
func CheckPlan(t *testing.T, query, plan string, steps []Step) {
	t.Helper()
	for _, s := range steps {
		switch {
		case small[s.Table]:
		case !s.Indexed:
			t.Errorf("all of %s is read by\n%.400s\n%s", s.Table, query, plan)
		case !s.Narrowed && !mayReadWhole(query):
			t.Errorf("all of the organisation's %s are read by\n%.400s\n%s", s.Table, query, plan)
		case !s.Narrowed && sorts(plan):
			t.Errorf("all of the organisation's %s are sorted by\n%.400s\n%s", s.Table, query, plan)
		}
	}
}

func mayReadWhole(query string) bool {
	for part := range whole {
		if strings.Contains(query, part) {
			return true
		}
	}
	return false
}

// sorts tells a plan that sorts, as either database says it.
func sorts(plan string) bool {
	return strings.Contains(plan, "TEMP B-TREE FOR ORDER BY") || strings.Contains(plan, `"Node Type":"Sort"`)
}
