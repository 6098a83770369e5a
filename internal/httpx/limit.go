package httpx

import (
	"strconv"

	claviger "github.com/claviger/claviger"
)

// Limit describes a limit to whom it concerns.
type Limit struct {
	On        string `json:"on"` // "api_key", "workspace", "integration", "provider", "usage_policy", "rate_policy"
	ID        string `json:"id"`
	Name      string `json:"name"`
	Group     string `json:"group,omitempty"` // of a policy
	Type      string `json:"type"`            // "requests", "tokens", "cost"
	Window    string `json:"window"`
	Strict    bool   `json:"strict,omitempty"`
	Value     Amount `json:"value"`
	Used      Amount `json:"used"`
	Reserved  Amount `json:"reserved"`
	Remaining Amount `json:"remaining"`
	Requested Amount `json:"requested"`
	ResetsAt  string `json:"resets_at,omitempty"` // RFC 3339
}

// Amount is a count, or nano-dollars that are shown as US dollars.
type Amount struct {
	N       int64
	Dollars bool
}

// MarshalJSON writes a number, exactly.
func (a Amount) MarshalJSON() ([]byte, error) {
	if !a.Dollars {
		return strconv.AppendInt(nil, a.N, 10), nil
	}
	return claviger.AppendDollars(nil, a.N), nil
}
