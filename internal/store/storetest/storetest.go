// Package storetest is what every database of the store must pass.
package storetest

import (
	"testing"

	"github.com/claviger/claviger/internal/store"
)

// Run runs the whole suite; under testing.Short, as the race detector is run, only
// the tests that do several things at once. Open returns a fresh, empty, migrated
// store each time and closes it with its test.
func Run(t *testing.T, open func(testing.TB) *store.Store) {
	run(t, open, map[string]func(*testing.T, *world){
		"concurrent writers lose nothing":    concurrent,
		"what a writer checked still holds":  checked,
		"an ended context ends transactions": cancelled,
		"a view stays as it began":           consistent,
		"there is one keyring":               keyring,
	})
	if testing.Short() {
		return
	}
	run(t, open, map[string]func(*testing.T, *world){
		"rows come back as they went in":              roundTrip,
		"another organisation's things are not there": foreign,
		"a name is taken once":                        taken,
		"archived things are gone, their names free":  archived,
		"what may change changes":                     updated,
		"a stale version is refused":                  stale,
		"a failed transaction leaves nothing":         rolledBack,
		"lists come in pages":                         paged,
		"lists can be narrowed":                       filtered,
		"totals follow what comes and goes":           totals,
		"totals of keys and providers follow, too":    keyAndProviderTotals,
		"entries are shipped in any order":            shipped,
		"entries are shipped in great numbers":        shippedMany,
		"open entries of a dead node are settled":     settled,
		"journal positions are kept":                  positions,
		"the ledger can be narrowed":                  entriesFiltered,
		"counters follow from entries":                countersFollow,
		"counters are recounted":                      recount,
		"counters are found":                          manyCounters,
		"counters of a policy are listed":             policyUsage,
		"usage is summed up":                          summed,
		"no amount is too much to count":              hugeAmounts,
		"secret references are kept":                  secretReferences,
		"secret references can be narrowed":           secretReferencesFiltered,
		"what uses a secret reference is known":       secretUses,
		"models are kept":                             models,
		"integrations are found by tags":              tagged,
		"audit entries are stored":                    audited,
		"the audit log can be narrowed":               auditFiltered,
		"a replaced secret finds its key":             rotated,
		"archived workspaces can be listed":           archivedWorkspaces,
		"policies are kept":                           policies,
		"policies can be narrowed":                    policiesListed,
		"another organisation's policies are hidden":  policiesForeign,
	})
}

func run(t *testing.T, open func(testing.TB) *store.Store, tests map[string]func(*testing.T, *world)) {
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			test(t, newWorld(t, open(t)))
		})
	}
}
