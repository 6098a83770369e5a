package admin

import (
	"context"
	"encoding/json"
	"time"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/limits"
)

// Meter knows what has been used.
type Meter interface {
	// Usage is the state of each rule's counter, in their order.
	Usage(ctx context.Context, rules []*limits.Rule) ([]limits.State, error)
}

// Standing is how the limits of something stand. The zero value is that of
// what has none.
type Standing struct {
	// UsageLimits is the stored limit with the time at which it starts again and,
	// where it is known, what has been used; nil when there is none.
	UsageLimits json.RawMessage
	Status      claviger.Status
	LastResetAt time.Time // zero: never
	// Usage has an entry for each limit, budgets first; nil when it is not known.
	Usage []LimitUsage
}

// LimitUsage is how one limit stands. Amounts are dollars, tokens or requests.
type LimitUsage struct {
	Measure                          claviger.Measure
	Cadence                          string // "none", "weekly", "30d", "rpm"
	Limit, Used, Reserved, Remaining json.Number
	Start, Next                      time.Time // of the window; zero: it has no such end
}

// bounded is something that limits sit on.
type bounded struct {
	rules  func() ([]*limits.Rule, error)
	usage  json.RawMessage
	status claviger.Status // of all but usage
	// reset and limited are when usage began to count, and when that was because
	// of a limit; created is when it was made.
	reset, limited, created time.Time
	// still: what the calendar alone moves is not shown as a setting.
	still bool
}

// KeyStandings are those of keys, in their order. Rates are left out unless
// asked for. A key's limit shows a next reset that was given, and its last reset
// is one by hand: Terraform takes both for settings, which must not move when a
// cadence is changed. When windows begin and end is in Usage.
func (s *Service) KeyStandings(ctx context.Context, rates bool, keys ...claviger.APIKey) []Standing {
	return standings(ctx, s, rates, keys, func(k *claviger.APIKey) bounded {
		return bounded{func() ([]*limits.Rule, error) { return limits.OfKey(k) }, k.UsageLimits, s.keyStatus(*k), k.ResetAt, k.LimitedAt, k.CreatedAt, true}
	})
}

// WorkspaceStandings are those of workspaces, as KeyStandings has them.
func (s *Service) WorkspaceStandings(ctx context.Context, rates bool, list ...claviger.Workspace) []Standing {
	return standings(ctx, s, rates, list, func(w *claviger.Workspace) bounded {
		return bounded{func() ([]*limits.Rule, error) { return limits.OfWorkspace(w) }, w.UsageLimits, w.Status, w.ResetAt, w.LimitedAt, w.CreatedAt, false}
	})
}

// GrantStandings are those of access to integrations, as KeyStandings has them.
func (s *Service) GrantStandings(ctx context.Context, rates bool, list ...claviger.Grant) []Standing {
	return standings(ctx, s, rates, list, func(g *claviger.Grant) bounded {
		return bounded{func() ([]*limits.Rule, error) { return limits.OfGrant(g, "") }, g.UsageLimits, g.Status, g.LastResetAt, g.LimitedAt, g.CreatedAt, false}
	})
}

// ProviderStandings are those of providers, as KeyStandings has them.
func (s *Service) ProviderStandings(ctx context.Context, rates bool, list ...claviger.Provider) []Standing {
	return standings(ctx, s, rates, list, func(p *claviger.Provider) bounded {
		return bounded{func() ([]*limits.Rule, error) { return limits.OfProvider(p) }, p.UsageLimits, s.providerStatus(*p), p.ResetAt, p.LimitedAt, p.CreatedAt, false}
	})
}

// standings asks the meter once for all that list has.
func standings[T any](ctx context.Context, s *Service, rates bool, list []T, of func(*T) bounded) []Standing {
	out := make([]Standing, len(list))
	own := make([][]*limits.Rule, len(list))
	var asked []*limits.Rule
	for i := range list {
		b := of(&list[i])
		rules, err := b.rules()
		if err != nil {
			s.log.ErrorContext(ctx, "a stored limit cannot be read", "error", err)
			rules = nil
		}
		for _, r := range rules {
			if rates || !r.Rate() {
				own[i] = append(own[i], r)
			}
		}
		out[i] = b.standing(own[i], s.now())
		asked = append(asked, own[i]...)
	}
	if s.meter == nil || len(asked) == 0 {
		return out
	}
	states, err := s.meter.Usage(ctx, asked)
	if err != nil || len(states) != len(asked) {
		// The rest can be shown all the same.
		s.log.WarnContext(ctx, "what was used cannot be read", "error", err)
		return out
	}
	for i := range out {
		out[i].count(own[i], states[:len(own[i])])
		states = states[len(own[i]):]
	}
	return out
}

// standing is what is known without a count.
func (b bounded) standing(rules []*limits.Rule, now time.Time) Standing {
	out := Standing{UsageLimits: b.usage, Status: b.status, LastResetAt: lastReset(b.reset, b.limited)}
	for _, r := range rules {
		if r.Rate() {
			continue
		}
		next := r.Window.Next(now)
		if b.still && (next.IsZero() || !usageOf(b.usage).next.Equal(next)) {
			out.UsageLimits = shown(b.usage, withoutNext)
			continue
		}
		out.UsageLimits = shown(b.usage, func(ms []member) []member { return withNext(ms, next) })
		if b.still {
			continue
		}
		if at := r.Window.Start(now); at.After(b.reset) && at.After(b.limited) && at.After(b.created) && !now.Before(at) {
			out.LastResetAt = at
		}
	}
	return out
}

// count adds what the meter says.
func (st *Standing) count(rules []*limits.Rule, states []limits.State) {
	for i, r := range rules {
		m, state := r.Counter.Measure, states[i]
		st.Usage = append(st.Usage, LimitUsage{
			Measure: m, Cadence: r.Counter.Cadence, Limit: units(m, r.Value), Used: units(m, state.Used), Reserved: units(m, state.Reserved),
			Remaining: units(m, max(r.Value-state.Used-state.Reserved, 0)), Start: state.Start, Next: state.Next,
		})
		if r.Rate() {
			continue
		}
		st.UsageLimits = shown(st.UsageLimits, func(ms []member) []member {
			return append(ms, member{"current_usage", json.RawMessage(units(m, state.Used))})
		})
		if st.Status == claviger.Active && state.Used >= r.Value {
			st.Status = claviger.Exhausted
		}
	}
}

// shown changes the fields of a stored limit, in either shape.
func shown(raw json.RawMessage, change func([]member) []member) json.RawMessage {
	items, array := elements(raw)
	if !array {
		if ms, ok := members(raw); ok {
			return object(change(ms))
		}
		return raw
	}
	if len(items) == 0 {
		return raw
	}
	one := append([]byte{'['}, shown(items[0], change)...)
	return append(one, ']')
}
