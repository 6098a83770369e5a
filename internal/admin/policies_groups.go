package admin

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/authz"
	"github.com/claviger/claviger/internal/limits"
)

// Group is a group of requests that a usage policy counts apart.
type Group struct {
	ID        string // for paths; it says the same as ValueKey
	ValueKey  string // "metadata._user:alice"
	Used      json.Number
	Exhausted bool
}

// GroupFilter selects groups of a policy, as the request wrote it.
type GroupFilter struct {
	Status string // active, exhausted; "" for any
	Search string // the value key contains it
	Page   claviger.Page
}

// Groups lists what a usage policy counts apart and has counted in the window
// that holds now, and how many there are in all.
func (s *Service) Groups(ctx context.Context, by authz.Caller, id string, f GroupFilter) (list []Group, total int, err error) {
	row, err := s.Policy(ctx, by, claviger.UsagePolicy, id, "")
	if err != nil {
		return nil, 0, err
	}
	var p problems
	if f.Status != "" && f.Status != string(claviger.Active) && f.Status != string(claviger.Exhausted) {
		p.add("status", "must be active or exhausted")
		return nil, 0, p.err()
	}
	return s.groups(ctx, row, f)
}

// UsageOfGroups are the first groups of a policy, up to a bound.
func (s *Service) UsageOfGroups(ctx context.Context, row claviger.Policy) ([]Group, error) {
	list, _, err := s.groups(ctx, row, GroupFilter{Page: claviger.Page{Size: 1000}})
	return list, err
}

func (s *Service) groups(ctx context.Context, row claviger.Policy, f GroupFilter) (list []Group, total int, err error) {
	rule, err := limits.OfPolicy(&row, "")
	if err != nil {
		return nil, 0, err
	}
	if err := s.flush(ctx); err != nil {
		s.log.WarnContext(ctx, "the ledger could not be flushed before a read", "error", err)
	}
	now := s.now()
	start := rule.Start(now)
	q := claviger.UsageQuery{Measure: rule.Counter.Measure, Cadence: rule.Counter.Cadence, Search: f.Search, From: start, Page: f.Page}
	narrow := f.Status != ""
	for _, at := range row.Resets {
		if narrow && at.After(start) {
			return s.groupsOneByOne(ctx, row, rule, q, f) // what was counted before a reset counts no more
		}
	}
	switch claviger.Status(f.Status) {
	case claviger.Exhausted:
		q.AtLeast = &rule.Value
	case claviger.Active:
		q.Below = &rule.Value
	}
	counted, total, err := s.store.UsageOfPolicy(ctx, row.OrganisationID, row.ID, q)
	for _, u := range counted {
		list = append(list, groupOf(row, rule, u))
	}
	return list, total, err
}

// groupsOneByOne looks at every group, for the few that were counted from zero
// by hand of late.
func (s *Service) groupsOneByOne(ctx context.Context, row claviger.Policy, rule *limits.Rule, q claviger.UsageQuery, f GroupFilter) (list []Group, total int, err error) {
	const size = 1000
	for number := 0; ; number++ {
		q.Page = claviger.Page{Number: number, Size: size}
		counted, _, err := s.store.UsageOfPolicy(ctx, row.OrganisationID, row.ID, q)
		if err != nil {
			return nil, 0, err
		}
		for _, u := range counted {
			g := groupOf(row, rule, u)
			if g.Exhausted != (f.Status == string(claviger.Exhausted)) {
				continue
			}
			if total >= f.Page.Offset() && len(list) < f.Page.Size {
				list = append(list, g)
			}
			total++
		}
		if len(counted) < size {
			return list, total, nil
		}
	}
}

func groupOf(row claviger.Policy, rule *limits.Rule, u claviger.Usage) Group {
	used := u.Used
	if u.Window.Before(row.Resets[u.Counter.Value]) {
		used = 0
	}
	name := u.Counter.Value
	return Group{ID: groupID(name), ValueKey: name, Used: units(rule.Counter.Measure, used), Exhausted: used >= rule.Value}
}

func groupID(name string) string { return base64.RawURLEncoding.EncodeToString([]byte(name)) }

// ResetGroup counts a group of requests from zero. The group is named by its id
// or its value key.
func (s *Service) ResetGroup(ctx context.Context, by authz.Caller, id, group string) error {
	if err := by.Allow("policies.update"); err != nil {
		return err
	}
	if err := s.flush(ctx); err != nil {
		s.log.WarnContext(ctx, "the ledger could not be flushed before a read", "error", err)
	}
	var row claviger.Policy
	err := s.store.View(ctx, func(tx Tx) (err error) {
		row, err = policy(ctx, tx, by, claviger.UsagePolicy, id, claviger.Active)
		return err
	})
	if err != nil {
		return err
	}
	name, err := s.countedGroup(ctx, row, group)
	if err != nil {
		return err
	}
	return s.update(ctx, by, func(w *work) error {
		row, err := policy(ctx, w, by, claviger.UsagePolicy, id, claviger.Active)
		if err != nil {
			return err
		}
		if err := w.resetGroup(ctx, row, name); err != nil {
			return err
		}
		return w.recordPolicy(ctx, "update", &row, &row, name)
	})
}

// countedGroup is the name of a group that was counted, by its id or its name.
func (s *Service) countedGroup(ctx context.Context, row claviger.Policy, group string) (string, error) {
	name := group
	if decoded, err := base64.RawURLEncoding.DecodeString(group); err == nil && !strings.Contains(group, ":") {
		name = string(decoded)
	}
	rule, err := limits.OfPolicy(&row, name)
	if err != nil {
		return "", err
	}
	counted, err := s.store.Counters(ctx, row.OrganisationID, []claviger.Counter{rule.Counter})
	if err == nil && len(counted) == 0 {
		err = claviger.Missing("entity")
	}
	return name, err
}

// units writes a count as the wire has it: whole tokens and requests, dollars
// with all their decimals.
func units(m claviger.Measure, n int64) json.Number {
	if m != claviger.MeasureCost {
		return json.Number(fmt.Sprint(n))
	}
	return json.Number(claviger.AppendDollars(nil, n))
}

// PolicyLimit is the limit of a policy as it stands.
type PolicyLimit struct {
	raw json.RawMessage
	// Next is when it starts again, zero when it does not; LastReset is when a
	// group was last counted from zero by hand, zero when none was.
	Next, LastReset time.Time
}

// Field is a field of the limit; nil when it is not set.
func (l PolicyLimit) Field(name string) json.RawMessage { return field(l.raw, name) }

// Word is a field that is a text; "" when it is not set.
func (l PolicyLimit) Word(name string) string {
	v, _ := text(field(l.raw, name))
	return v
}

// PolicyLimit reads the limit of a policy, as it stands now.
func (s *Service) PolicyLimit(row claviger.Policy) PolicyLimit {
	l := PolicyLimit{raw: row.Limit}
	if rule, err := limits.OfPolicy(&row, ""); err == nil && row.Kind == claviger.UsagePolicy {
		l.Next = rule.Window.Next(s.now())
	}
	for _, at := range row.Resets {
		if at.After(l.LastReset) {
			l.LastReset = at
		}
	}
	return l
}
