package claviger

import (
	"encoding/json"
	"time"
)

// RotationPeriod is a cadence of the calendar.
type RotationPeriod string

// The cadences: Monday, and the first of the month, both 00:00 UTC.
const (
	Weekly  RotationPeriod = "weekly"
	Monthly RotationPeriod = "monthly"
)

// Bounds of the time for which a secret works on after it was replaced.
const (
	MinTransition = 30 * time.Minute
	MaxTransition = 365 * day
)

const day = 24 * time.Hour

// RotationPolicy says when the secret of an API key is due to be replaced. The
// product reminds and never replaces by itself: nobody would be there to be
// shown the new secret. It is kept as JSON in these names.
type RotationPolicy struct {
	Period       RotationPeriod `json:"rotation_period,omitempty"`
	PeriodDays   int            `json:"rotation_period_days,omitempty"`     // 1 to 365; not with Period
	NextAt       time.Time      `json:"next_rotation_at,omitzero"`          // 00:00 UTC
	NextText     string         `json:"next_rotation_text,omitempty"`       // NextAt as it was sent, if it is shown otherwise; other clients compare texts
	TransitionMS int64          `json:"key_transition_period_ms,omitempty"` // 0: [MinTransition]
}

// Policy reads the rotation policy; set is false when there is none.
func (k APIKey) Policy() (p RotationPolicy, set bool) {
	if len(k.RotationPolicy) == 0 || json.Unmarshal(k.RotationPolicy, &p) != nil {
		return RotationPolicy{}, false
	}
	return p, true
}

// Transition is how long the replaced secret works on.
func (p RotationPolicy) Transition() time.Duration {
	if p.TransitionMS == 0 {
		return MinTransition
	}
	return time.Duration(p.TransitionMS) * time.Millisecond
}

// Shortest is the shortest time between two rotations, 0 for a policy without
// a period. A transition must be shorter.
func (p RotationPolicy) Shortest() time.Duration {
	switch {
	case p.Period == Weekly:
		return 7 * day
	case p.Period == Monthly:
		return 28 * day
	default:
		return time.Duration(p.PeriodDays) * day
	}
}

// After is the first time after now that the policy's period names, counting
// days from NextAt; zero for a policy without a period.
func (p RotationPolicy) After(now time.Time) time.Time {
	today := now.UTC().Truncate(day)
	switch {
	case p.Period == Weekly:
		return today.AddDate(0, 0, 7-(int(today.Weekday())+6)%7)
	case p.Period == Monthly:
		return time.Date(today.Year(), today.Month()+1, 1, 0, 0, 0, 0, time.UTC)
	case p.PeriodDays <= 0:
		return time.Time{}
	case p.NextAt.IsZero():
		return today.AddDate(0, 0, p.PeriodDays)
	case p.NextAt.After(now):
		return p.NextAt
	}
	passed := int(today.Sub(p.NextAt) / (time.Duration(p.PeriodDays) * day))
	return p.NextAt.AddDate(0, 0, (passed+1)*p.PeriodDays)
}

// Rotated is the policy after a rotation at now: a date that was reached gives
// way to the next one of the period, one that is still to come stays.
func (p RotationPolicy) Rotated(now time.Time) RotationPolicy {
	if !p.NextAt.After(now) {
		p.NextAt, p.NextText = p.After(now), ""
	}
	return p
}
