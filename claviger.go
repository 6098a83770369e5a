// Package claviger holds the nouns of the product and the rules that need no
// input or output: organisations, workspaces, API keys, integrations,
// providers, ledger and audit entries, and the errors that name what is wrong
// with a request.
//
// Everything else in the module points inward to this package. Values are plain
// data: safe to copy, and safe for concurrent use as long as nobody writes.
// Times are UTC with microsecond precision, the precision of the stores.
package claviger

import "time"

// Now cuts t to what the stores keep: UTC, microseconds.
func Now(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

// Organisation is the tenant. It owns everything else; its id is in every query.
type Organisation struct {
	ID        OrganisationID
	Name      string
	Email     string // of the owner; empty when nobody said
	CreatedAt time.Time
}
