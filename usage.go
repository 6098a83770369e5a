package claviger

import "time"

// UsageGroup is what sums of the ledger can be grouped by.
type UsageGroup string

// The groups. A day is of the admission, in UTC; the model is as sent to the
// provider.
const (
	ByDay         UsageGroup = "day"
	ByWorkspace   UsageGroup = "workspace"
	ByIntegration UsageGroup = "integration"
	ByProvider    UsageGroup = "provider"
	ByAPIKey      UsageGroup = "api_key"
	ByModel       UsageGroup = "model"
)

// UsageGroups are all groups.
var UsageGroups = []UsageGroup{ByDay, ByWorkspace, ByIntegration, ByProvider, ByAPIKey, ByModel}

// SumQuery selects entries of one organisation to sum up, in groups: newest
// days first, everything else ascending. Zero fields but From and To select
// everything.
type SumQuery struct {
	By            []UsageGroup // each at most once; none: one sum of all
	From, To      time.Time    // of admission: From inclusive, To exclusive
	WorkspaceID   WorkspaceID
	APIKeyID      APIKeyID
	IntegrationID IntegrationID
	ProviderSlug  string
	Model         string
	Page          Page
}

// UsageSum is the sum of a group of entries. What it is not grouped by is zero.
type UsageSum struct {
	Day           time.Time // its first moment
	WorkspaceID   WorkspaceID
	IntegrationID IntegrationID
	ProviderID    ProviderID
	ProviderSlug  string
	APIKeyID      APIKeyID
	Model         string

	// Requests are those whose first attempt is among Attempts.
	Requests  int64
	Attempts  int64 // those that ended, or stand at their estimate
	Errors    int64 // of the attempts, those that ended otherwise than in success
	Unsettled int64 // of the attempts, those that stand at their estimate
	Open      int64 // attempts besides that have not ended
	Tokens    Tokens
	Cost      int64 // nano-dollars (1e-9 USD)
}
