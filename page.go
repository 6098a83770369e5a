package claviger

import "time"

// Page selects part of a list: Number counts from 0, Size is at least 1.
type Page struct{ Number, Size int }

// Offset is how many rows come before the page.
func (p Page) Offset() int { return p.Number * p.Size }

// EntryQuery selects ledger entries of one organisation, newest first. Zero
// fields select everything.
type EntryQuery struct {
	Entry        EntryID
	WorkspaceID  WorkspaceID
	APIKeyID     APIKeyID
	ProviderSlug string
	From, To     time.Time // of admission: From inclusive, To exclusive
	Page         Page
}
