package claviger

import (
	"encoding/json"
	"time"
)

// PolicyID names a policy.
type PolicyID string

// PolicyKind says what a policy limits.
type PolicyKind string

// A usage policy is a budget, refused with 412; a rate policy bounds what goes
// through in a time, refused with 429.
const (
	UsagePolicy PolicyKind = "usage_limits"
	RatePolicy  PolicyKind = "rate_limits"
)

// Policy is a limit of one workspace with conditions, counted apart for each
// group of requests.
type Policy struct {
	ID             PolicyID
	OrganisationID OrganisationID
	WorkspaceID    WorkspaceID
	Kind           PolicyKind
	Name           string
	Description    string
	// Conditions and GroupBy are as the admin API takes and gives them: arrays
	// of {key, value, excludes} and of {key}.
	Conditions json.RawMessage
	GroupBy    json.RawMessage
	// Limit is an object: type, credit_limit, alert_threshold, periodic_reset,
	// periodic_reset_days, next_usage_reset_at and enforcement of a usage policy,
	// type, unit and value of a rate policy.
	Limit json.RawMessage
	// Target is what it applies to, "llm" or "mcp_tools".
	Target string
	Status Status
	// Resets are the groups whose usage was last counted from zero by hand, and
	// when; nil when none was.
	Resets map[string]time.Time
	// CountsFrom is when usage began to count because the cadence changed; zero:
	// since the policy was made.
	CountsFrom time.Time
	CreatedAt  time.Time
	UpdatedAt  time.Time
	Version    int64 // grows with every write
}

// PolicyQuery selects policies of one kind in a workspace, newest first.
type PolicyQuery struct {
	Kind        PolicyKind
	WorkspaceID WorkspaceID
	Status      Status // Active or Archived
	Measure     string // the limit's type; "" for any
	Unit        string // the limit's unit; "" for any
	Page        Page
}
