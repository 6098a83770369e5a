package limits

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	claviger "github.com/claviger/claviger"
)

// storedBudget is a usage limit as the admin API takes and stores it. What is
// null is as if it were absent.
type storedBudget struct {
	Type              string      `json:"type"`
	CreditLimit       json.Number `json:"credit_limit"` // dollars, or the measure's own unit
	PeriodicReset     string      `json:"periodic_reset"`
	PeriodicResetDays json.Number `json:"periodic_reset_days"`
	NextUsageResetAt  string      `json:"next_usage_reset_at"`
	Enforcement       string      `json:"enforcement"`
}

// storedRate is a rate limit.
type storedRate struct {
	Type  string      `json:"type"`
	Unit  string      `json:"unit"`
	Value json.Number `json:"value"`

	Enforcement string `json:"enforcement"`
}

// bounds is what a rule has of the stored limit itself.
type bounds struct {
	measure claviger.Measure
	value   int64
	window  Window
	strict  bool
}

var (
	errType        = errors.New("has an unknown type")
	errUnit        = errors.New("has an unknown unit")
	errCadence     = errors.New("has an unknown cadence")
	errEnforcement = errors.New("has an unknown enforcement")
)

// bounds reads a budget. Weeks of its kind begin on week; windows of days, if
// nothing else is said, on the day of begun. ok is false when it has no credit
// limit, and so bounds nothing.
func (s storedBudget) bounds(week time.Weekday, begun time.Time) (b bounds, ok bool, err error) {
	if s.CreditLimit == "" {
		return bounds{}, false, nil
	}
	digits := 0
	switch s.Type {
	case "", "cost":
		b.measure, digits = claviger.MeasureCost, nano
	case "tokens", "requests":
		b.measure = claviger.Measure(s.Type)
	default:
		return bounds{}, false, errType
	}
	if b.value, err = scaled(s.CreditLimit.String(), digits); err != nil {
		return bounds{}, false, err
	}
	if b.window, err = s.window(week, begun); err != nil {
		return bounds{}, false, err
	}
	if b.strict, err = strict(s.Enforcement, b.measure); err != nil {
		return bounds{}, false, err
	}
	return b, true, nil
}

// strict reports whether a limit is enforced by an upper bound. One on requests
// is not, whatever it says: each is one, so that the bound of what else a request
// uses is no business of it.
func strict(enforcement string, m claviger.Measure) (bool, error) {
	if enforcement != "" && enforcement != "strict" {
		return false, errEnforcement
	}
	return enforcement == "strict" && m != claviger.MeasureRequests, nil
}

func (s storedBudget) window(week time.Weekday, begun time.Time) (Window, error) {
	w := Window{Cadence: "none"}
	if s.NextUsageResetAt != "" {
		at, err := instant(s.NextUsageResetAt)
		if err != nil {
			return Window{}, err
		}
		w.Anchor = midnight(at)
	}
	switch s.PeriodicReset {
	case "":
	case "weekly":
		w.Cadence, w.Week = "weekly", week
	case "monthly":
		w.Cadence = "monthly"
	default:
		return Window{}, errCadence
	}
	if s.PeriodicResetDays == "" {
		return w, nil
	}
	days, err := scaled(s.PeriodicResetDays.String(), 0)
	if err != nil || days < 1 || days > 365 || s.PeriodicReset != "" {
		return Window{}, errCadence
	}
	w.Cadence = strconv.FormatInt(days, 10) + "d"
	if w.Anchor.IsZero() {
		w.Anchor = midnight(begun)
	}
	return w, nil
}

func (s storedRate) bounds() (b bounds, err error) {
	b.measure = claviger.Measure(s.Type)
	if b.measure != claviger.MeasureRequests && b.measure != claviger.MeasureTokens {
		return bounds{}, errType
	}
	b.window = Window{Cadence: s.Unit, Week: time.Monday}
	if !b.window.rate() {
		return bounds{}, errUnit
	}
	if b.strict, err = strict(s.Enforcement, b.measure); err != nil {
		return bounds{}, err
	}
	b.value, err = scaled(s.Value.String(), 0)
	return b, err
}

// storedBudgets reads the usage limits of an entity: an array of at most one, or
// the limit itself.
func storedBudgets(raw json.RawMessage) ([]storedBudget, error) {
	raw = bytes.TrimSpace(raw)
	if len(raw) > 0 && raw[0] == '{' {
		raw = append(append([]byte{'['}, raw...), ']')
	}
	return list[storedBudget](raw)
}

// list reads an array; nothing and null are empty ones.
func list[T any](raw json.RawMessage) (out []T, err error) {
	if len(raw) == 0 {
		return nil, nil
	}
	if err := json.Unmarshal(raw, &out); err != nil {
		return nil, fmt.Errorf("read: %w", err)
	}
	return out, nil
}

// one reads an object.
func one[T any](raw json.RawMessage) (out T, err error) {
	if err := json.Unmarshal(raw, &out); err != nil {
		return out, fmt.Errorf("read: %w", err)
	}
	return out, nil
}

// instant reads an ISO 8601 time, of UTC when it has no zone.
func instant(s string) (time.Time, error) {
	var first error
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", time.DateOnly} {
		t, err := time.Parse(layout, s)
		if err == nil {
			return t.UTC(), nil
		}
		if first == nil {
			first = err
		}
	}
	return time.Time{}, first
}

// midnight is when the day of t began.
func midnight(t time.Time) time.Time {
	year, month, date := t.UTC().Date()
	return time.Date(year, month, date, 0, 0, 0, 0, time.UTC)
}
