package store

import (
	"context"
	"strings"

	claviger "github.com/claviger/claviger"
)

// byRef picks the condition that finds a row by a ref, and the value to bind.
func byRef(ref, byID, bySlug string) (query, value string) {
	if claviger.IsUUID(ref) {
		return byID, strings.ToLower(ref)
	}
	return bySlug, ref
}

// changed turns the row count of a versioned write into an answer: nothing
// written means that the row is gone, or that its version moved on.
func (t *Tx) changed(ctx context.Context, n int64, err error, what, exists string, org claviger.OrganisationID, id any) error {
	if err != nil || n > 0 {
		return err
	}
	var one int
	if err := t.row(ctx, what, []any{&one}, exists, org, id); err != nil {
		return err
	}
	return claviger.Fail(claviger.Stale, what+" changed since it was read")
}
