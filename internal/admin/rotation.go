package admin

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/audit"
	"github.com/claviger/claviger/internal/authz"
	"github.com/claviger/claviger/internal/secret"
)

// RotateInput asks for a new secret of a key.
type RotateInput struct {
	// TransitionMS is how long the old secret works on, in milliseconds; absent
	// or null: what the key's policy says, else half an hour.
	TransitionMS Optional[int64]
	Found        claviger.Problems
}

// Rotated is a key with a new secret, which is shown this once.
type Rotated struct {
	Key   claviger.APIKey
	Plain secret.String
}

// RotateAPIKey replaces the secret of a key. Everything else about it stays,
// and the old secret works on until the transition ends; while it does, the key
// cannot be rotated again. Whoever rotates a key is shown its secret.
func (s *Service) RotateAPIKey(ctx context.Context, by authz.Caller, id string, in RotateInput) (made Rotated, err error) {
	if err := by.Allow(KeyScopes("rotate")...); err != nil {
		return made, err
	}
	err = s.update(ctx, by, func(w *work) error {
		old, err := changeableKey(ctx, w, by, id, "rotate")
		if err != nil {
			return err
		}
		if err := w.mayHold(ctx, old); err != nil {
			return err
		}
		p := startWith(in.Found)
		policy, hasPolicy := old.Policy()
		transition := policy.Transition()
		if ms, ok := in.TransitionMS.Get(); ok {
			transition = p.transition("key_transition_period_ms", ms, policy)
		}
		if old.InTransition(w.now) {
			p.add("id", "names a key that was rotated lately: its old secret works until its key_transition_expires_at, and a key has at most one old secret")
		}
		if err := p.err(); err != nil {
			return err
		}
		k, plain := old, claviger.NewKey(old.Type, old.SubType)
		k.Hash, k.Masked = claviger.HashKey(plain.Reveal()), plain.Mask()
		k.OldHash, k.OldUntil = old.Hash, w.now.Add(transition)
		k.RotatedAt, k.UpdatedAt = w.now, w.now
		if hasPolicy {
			k.RotationPolicy = encodePolicy(policy.Rotated(w.now))
		}
		made = Rotated{k, plain}
		if err := w.UpdateAPIKey(ctx, k); err != nil {
			return err
		}
		after := apiKeyFields(k)
		after["api_key_id"], after["rotation_mode"], after["old_key_masked"] = k.ID, "manual", old.Masked
		after["transition_expires_at"] = k.OldUntil
		return w.record(ctx, claviger.APIKeyChanged, audit.Change{
			Action: "rotate", ResourceID: string(k.ID), WorkspaceID: k.WorkspaceID, Before: apiKeyFields(old), After: after,
		})
	})
	return made, err
}

// TransitionEnd is when the secret before the current one stops to work; zero
// when it has, or there is none.
func (s *Service) TransitionEnd(k claviger.APIKey) time.Time {
	if !k.InTransition(s.now()) {
		return time.Time{}
	}
	return k.OldUntil
}

// RotationInput is a rotation policy as a request says it.
type RotationInput struct {
	Period       Optional[string]
	PeriodDays   Optional[int64]
	NextAt       Optional[string] // ISO 8601; cut to 00:00 UTC
	TransitionMS Optional[int64]
}

// rotation checks a policy that is to take the place of k's.
func (p *problems) rotation(k claviger.APIKey, in Optional[RotationInput], now time.Time) json.RawMessage {
	if in.Null {
		return nil
	}
	const at = "rotation_policy"
	v, policy := in.Value, claviger.RotationPolicy{}
	switch name := claviger.RotationPeriod(v.Period.Value); name {
	case "", claviger.Weekly, claviger.Monthly:
		policy.Period = name
	default:
		p.add(at+".rotation_period", `must be "weekly" or "monthly"`)
	}
	if days, ok := v.PeriodDays.Get(); ok {
		policy.PeriodDays = int(days)
		switch {
		case days < 1 || days > 365:
			p.add(at+".rotation_period_days", "must be from 1 to 365")
			policy.PeriodDays = 0
		case v.Period.Value != "":
			p.add(at+".rotation_period_days", "cannot be given together with rotation_period")
		}
	}
	if v.NextAt.Value != "" {
		policy.NextAt = p.rotationDate(at+".next_rotation_at", v.NextAt.Value, k, now)
		policy.NextText = textOf(policy.NextAt, v.NextAt.Value)
	} else {
		policy.NextAt = policy.After(now)
	}
	if v.Period.Value == "" && !v.PeriodDays.Set && v.NextAt.Value == "" {
		p.add(at, "needs rotation_period, rotation_period_days or next_rotation_at")
	}
	if ms, ok := v.TransitionMS.Get(); ok {
		policy.TransitionMS = p.transition(at+".key_transition_period_ms", ms, policy).Milliseconds()
	}
	return encodePolicy(policy)
}

// shownTime is how times are shown.
const shownTime = "2006-01-02T15:04:05.000Z"

// textOf is a time as it was sent, where it says the whole of it and is not how
// it is shown anyway.
func textOf(at time.Time, sent string) string {
	said, err := time.Parse(time.RFC3339, sent)
	if err != nil || !said.Equal(at) || sent == at.UTC().Format(shownTime) {
		return ""
	}
	return sent
}

// rotationDate is a date to come, or the one the key has: a policy may be sent
// back as it was shown.
func (p *problems) rotationDate(at, v string, k claviger.APIKey, now time.Time) time.Time {
	const day = 24 * time.Hour
	date := p.time(at, v).Truncate(day)
	stored, _ := k.Policy()
	if !date.IsZero() && !date.After(now) && !date.Equal(stored.NextAt) {
		p.add(at, "must be after today, in UTC")
	}
	return date
}

// transition checks how long an old secret is to work on, in milliseconds.
func (p *problems) transition(at string, ms int64, policy claviger.RotationPolicy) time.Duration {
	least, most := claviger.MinTransition.Milliseconds(), claviger.MaxTransition.Milliseconds()
	switch shortest := policy.Shortest().Milliseconds(); {
	case ms < least:
		p.add(at, fmt.Sprintf("must be at least %d (30 minutes)", least))
	case shortest > 0 && ms >= shortest:
		p.add(at, "must be less than the period between two rotations")
	case ms > most:
		p.add(at, fmt.Sprintf("must be at most %d (365 days)", most))
	default:
		return time.Duration(ms) * time.Millisecond
	}
	return claviger.MinTransition
}

// encodePolicy always can: a policy is numbers, a word and a time of four-digit
// years.
func encodePolicy(policy claviger.RotationPolicy) json.RawMessage {
	raw, err := json.Marshal(policy)
	if err != nil {
		return nil
	}
	return raw
}
