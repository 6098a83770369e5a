package limitstest

import (
	"context"
	"strings"
	"sync/atomic"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/limits"
)

// recording is a limiter whose callers record what they used before they settle
// it, as the gateway does.
type recording struct {
	limits.Limiter
	keeper *keeper
}

// Admit implements [limits.Limiter].
func (r recording) Admit(ctx context.Context, rules []*limits.Rule, ask limits.Ask) (limits.Hold, error) {
	h, err := r.Limiter.Admit(ctx, rules, ask)
	if err != nil {
		return h, err
	}
	return &recorded{Hold: h, rules: rules, keeper: r.keeper}, nil
}

type recorded struct {
	limits.Hold
	rules  []*limits.Rule
	keeper *keeper
	done   atomic.Bool
}

// Settle implements [limits.Hold].
func (h *recorded) Settle(used limits.Amount) {
	if !h.done.Swap(true) {
		h.keeper.record(h.rules, string(h.AppendCharges(nil)), used)
	}
	h.Hold.Settle(used)
}

// Release implements [limits.Hold].
func (h *recorded) Release() {
	h.done.Store(true)
	h.Hold.Release()
}

// record notes what was used by the charges of a hold on the rules: in one entry,
// if one can name all that they sit on. Each counts as a request.
func (k *keeper) record(rules []*limits.Rule, charges string, used limits.Amount) {
	k.mu.Lock()
	defer k.mu.Unlock()
	counters := distinct(rules)
	for n := range max(used.Requests, 1) {
		var entries []claviger.Entry
		for i, charge := range strings.SplitAfter(strings.TrimSuffix(charges, ";"), ";") {
			if charge == "" {
				continue
			}
			counted := counters[i].Measure == claviger.MeasureRequests
			if counted && used.Requests <= 0 || !counted && n > 0 {
				continue
			}
			entries = k.charge(entries, counters[i], strings.TrimSuffix(charge, ";")+";", used)
		}
		k.waiting = append(k.waiting, entries...)
	}
}

// distinct are the counters of rules, as a hold charges them.
func distinct(rules []*limits.Rule) (out []claviger.Counter) {
	seen := map[claviger.Counter]bool{}
	for _, r := range rules {
		if !seen[r.Counter] {
			out = append(out, r.Counter)
		}
		seen[r.Counter] = true
	}
	return out
}

// charge adds a charge to the first entry that can name what its counter is of.
func (k *keeper) charge(entries []claviger.Entry, c claviger.Counter, charge string, used limits.Amount) []claviger.Entry {
	for i := range entries {
		if seat(&entries[i].Opening, c) {
			entries[i].Charges += charge
			return entries
		}
	}
	e := claviger.Entry{Status: claviger.EntryClosed, Node: "n"}
	e.Opening = claviger.Opening{
		ID: claviger.NewEntryID(), OrganisationID: k.org, RequestID: "r", ProviderSlug: "p", AIProvider: "openai",
		Operation: "chatComplete", Model: "m", Attempt: 1, OpenedAt: noon, Charges: charge,
	}
	e.Closing = claviger.Closing{ID: e.Opening.ID, Outcome: claviger.Success, ClosedAt: noon,
		Tokens: claviger.Tokens{Input: max(used.Tokens, 0)}, Cost: max(used.Cost, 0)}
	seat(&e.Opening, c)
	return append(entries, e)
}

// seat names what a counter is of in an opening, unless another is there.
func seat(o *claviger.Opening, c claviger.Counter) bool {
	switch c.Kind {
	case claviger.CountAPIKey:
		return name(&o.APIKeyID, c.ID)
	case claviger.CountWorkspace:
		return name(&o.WorkspaceID, c.ID)
	case claviger.CountProvider:
		return name(&o.ProviderID, c.ID)
	case claviger.CountAccess:
		integration, workspace, _ := strings.Cut(c.ID, "/")
		return name(&o.IntegrationID, integration) && name(&o.WorkspaceID, workspace)
	default: // policies are named by the charge
		return true
	}
}

func name[ID ~string](at *ID, id string) bool {
	if *at != "" && *at != ID(id) {
		return false
	}
	*at = ID(id)
	return true
}
