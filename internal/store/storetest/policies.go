package storetest

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/store"
	"pgregory.net/rapid"
)

func policy(ws claviger.Workspace, kind claviger.PolicyKind) claviger.Policy {
	p := claviger.Policy{ID: claviger.NewID[claviger.PolicyID](), OrganisationID: ws.OrganisationID, WorkspaceID: ws.ID, Kind: kind,
		Name: "a policy", Description: "of <1>", Conditions: json.RawMessage(`[{"key":"api_key","value":["*"]}]`),
		GroupBy: json.RawMessage(`[{"key":"metadata._user"}]`), Limit: json.RawMessage(`{"type":"cost","credit_limit":1.50}`),
		Target: "llm", CountsFrom: at.Add(time.Hour), Status: claviger.Active, CreatedAt: at, UpdatedAt: at, Version: 1}
	if kind == claviger.RatePolicy {
		p.Limit = json.RawMessage(`{"type":"requests","unit":"rpm","value":10}`)
	}
	return p
}

// policies stores policies of both kinds, changes and archives them.
func policies(t *testing.T, w *world) {
	ctx, o := t.Context(), w.ours
	usage, rate := policy(o.workspace, claviger.UsagePolicy), policy(o.workspace, claviger.RatePolicy)
	theirs := policy(w.their.workspace, claviger.UsagePolicy)
	w.update(func(tx *store.Tx) error {
		return errors.Join(tx.InsertPolicy(ctx, usage), tx.InsertPolicy(ctx, rate), tx.InsertPolicy(ctx, theirs),
			tx.PutPolicyReset(ctx, o.org.ID, usage.ID, "metadata._user:ann", at),
			tx.PutPolicyReset(ctx, o.org.ID, usage.ID, "metadata._user:bob", at.Add(time.Hour)),
			tx.PutPolicyReset(ctx, o.org.ID, usage.ID, "metadata._user:ann", at.Add(2*time.Hour)))
	})
	usage.Resets = map[string]time.Time{"metadata._user:ann": at.Add(2 * time.Hour), "metadata._user:bob": at.Add(time.Hour)}
	w.hasPolicies(t, rate, usage)
	w.view(func(tx *store.Tx) error {
		got, err := tx.Policy(ctx, o.org.ID, claviger.UsagePolicy, usage.ID)
		ok(t, err)
		same(t, "usage policy", usage, got)
		_, err = tx.Policy(ctx, o.org.ID, claviger.RatePolicy, usage.ID)
		refused(t, "a policy of another kind", err, claviger.NotFound)
		return nil
	})

	usage.Name, usage.Description, usage.Conditions, usage.UpdatedAt = "", "", json.RawMessage(`[]`), at.Add(time.Minute)
	usage.CountsFrom = time.Time{}
	usage.Limit = json.RawMessage(`{"type":"cost","credit_limit":2}`)
	w.update(func(tx *store.Tx) error {
		return errors.Join(tx.UpdatePolicy(ctx, usage), tx.ForgetPolicyResets(ctx, o.org.ID, usage.ID, at.Add(90*time.Minute)))
	})
	usage.Version++
	delete(usage.Resets, "metadata._user:bob")
	w.hasPolicies(t, rate, usage)
	stale := usage
	stale.Version = 9
	refused(t, "UpdatePolicy", w.store.Update(ctx, func(tx *store.Tx) error { return tx.UpdatePolicy(ctx, stale) }), claviger.Stale)
	refused(t, "ArchivePolicy", w.store.Update(ctx, func(tx *store.Tx) error { return tx.ArchivePolicy(ctx, stale) }), claviger.Stale)

	usage.UpdatedAt = at.Add(time.Hour)
	w.update(func(tx *store.Tx) error { return tx.ArchivePolicy(ctx, usage) })
	usage.Version, usage.Status, usage.Resets = usage.Version+1, claviger.Archived, nil
	w.hasPolicies(t, rate)
	w.view(func(tx *store.Tx) error {
		got, err := tx.Policy(ctx, o.org.ID, claviger.UsagePolicy, usage.ID)
		ok(t, err)
		same(t, "archived policy", usage, got)
		return nil
	})
	for name, write := range map[string]func(*store.Tx) error{
		"change": func(tx *store.Tx) error { return tx.UpdatePolicy(ctx, usage) },
		"end":    func(tx *store.Tx) error { return tx.ArchivePolicy(ctx, usage) },
		"reset":  func(tx *store.Tx) error { return tx.PutPolicyReset(ctx, o.org.ID, usage.ID, "v", at) },
	} {
		refused(t, name+" of an archived policy", w.store.Update(ctx, write), claviger.NotFound)
	}
}

// hasPolicies expects the gateway to be told of these, in this order.
func (w *world) hasPolicies(t *testing.T, want ...claviger.Policy) {
	t.Helper()
	got, err := w.store.Policies(t.Context(), w.ours.org.ID, w.ours.workspace.ID)
	ok(t, err)
	same(t, "active policies", want, got)
}

// policiesListed narrows lists of policies.
func policiesListed(t *testing.T, w *world) {
	ctx, o := t.Context(), w.ours
	var usages []claviger.PolicyID
	w.update(func(tx *store.Tx) error {
		usages = nil
		for n := range 5 {
			p := policy(o.workspace, claviger.UsagePolicy)
			p.CreatedAt = at.Add(time.Duration(n) * time.Second)
			if n == 0 {
				p.Limit = json.RawMessage(`{"type":"tokens","credit_limit":100}`)
			}
			usages = append(usages, p.ID)
			if err := tx.InsertPolicy(ctx, p); err != nil {
				return err
			}
		}
		rate := policy(o.workspace, claviger.RatePolicy)
		return errors.Join(tx.InsertPolicy(ctx, rate), tx.InsertPolicy(ctx, policy(w.their.workspace, claviger.UsagePolicy)))
	})
	usage := claviger.PolicyQuery{Kind: claviger.UsagePolicy, WorkspaceID: o.workspace.ID, Status: claviger.Active, Page: page}
	for name, tt := range map[string]struct {
		narrow func(*claviger.PolicyQuery)
		total  int
		first  claviger.PolicyID
	}{
		"all of a kind":     {func(*claviger.PolicyQuery) {}, 5, usages[4]},
		"of a type":         {func(q *claviger.PolicyQuery) { q.Measure = "tokens" }, 1, usages[0]},
		"the second page":   {func(q *claviger.PolicyQuery) { q.Page = claviger.Page{Number: 1, Size: 2} }, 5, usages[2]},
		"archived ones":     {func(q *claviger.PolicyQuery) { q.Status = claviger.Archived }, 0, ""},
		"of a unit":         {func(q *claviger.PolicyQuery) { q.Kind, q.Unit = claviger.RatePolicy, "rph" }, 0, ""},
		"of their team":     {func(q *claviger.PolicyQuery) { q.WorkspaceID = w.their.workspace.ID }, 0, ""},
		"of no stored type": {func(q *claviger.PolicyQuery) { q.Measure = "\x00" }, 0, ""},
	} {
		w.view(func(tx *store.Tx) error {
			q := usage
			tt.narrow(&q)
			rows, total, err := tx.Policies(ctx, o.org.ID, q)
			ok(t, err)
			same(t, "total: "+name, tt.total, total)
			if tt.first != "" {
				same(t, name, tt.first, rows[0].ID)
			}
			return nil
		})
	}
	w.update(func(tx *store.Tx) error {
		return errors.Join(tx.PutPolicyReset(ctx, o.org.ID, usages[0], "v", at), tx.ArchiveWorkspace(ctx, o.workspace))
	})
	w.hasPolicies(t)
	w.view(func(tx *store.Tx) error {
		q := usage
		q.Status = claviger.Archived
		_, total, err := tx.Policies(ctx, o.org.ID, q)
		ok(t, err)
		same(t, "archived with their workspace", 5, total)
		p, err := tx.Policy(ctx, o.org.ID, claviger.UsagePolicy, usages[0])
		ok(t, err)
		same(t, "resets of a policy that is archived with its workspace", 0, len(p.Resets))
		return nil
	})
	unchanged(t, w, w.their)
}

// policiesForeign calls every method with our organisation and their policy.
func policiesForeign(t *testing.T, w *world) {
	ctx, our := t.Context(), w.ours.org.ID
	theirs := policy(w.their.workspace, claviger.UsagePolicy)
	w.update(func(tx *store.Tx) error { return tx.InsertPolicy(ctx, theirs) })
	asOurs := theirs
	asOurs.OrganisationID = our
	inTheirs := policy(w.their.workspace, claviger.UsagePolicy)
	inTheirs.OrganisationID = our
	for name, write := range map[string]func(*store.Tx) error{
		"Policy": func(tx *store.Tx) error {
			_, err := tx.Policy(ctx, our, claviger.UsagePolicy, theirs.ID)
			return err
		},
		"UpdatePolicy":                    func(tx *store.Tx) error { return tx.UpdatePolicy(ctx, asOurs) },
		"ArchivePolicy":                   func(tx *store.Tx) error { return tx.ArchivePolicy(ctx, asOurs) },
		"PutPolicyReset":                  func(tx *store.Tx) error { return tx.PutPolicyReset(ctx, our, theirs.ID, "v", at) },
		"InsertPolicy in their workspace": func(tx *store.Tx) error { return tx.InsertPolicy(ctx, inTheirs) },
	} {
		refused(t, name, w.store.Update(ctx, write), claviger.NotFound)
	}
	w.update(func(tx *store.Tx) error { return tx.PutPolicyReset(ctx, w.their.org.ID, theirs.ID, "v", at) })
	w.update(func(tx *store.Tx) error { return tx.ForgetPolicyResets(ctx, our, theirs.ID, at.Add(time.Hour)) })
	theirs.Resets = map[string]time.Time{"v": at}
	got, err := w.store.Policies(ctx, w.their.org.ID, w.their.workspace.ID)
	ok(t, err)
	same(t, "their policies", []claviger.Policy{theirs}, got)
	got, err = w.store.Policies(ctx, our, w.their.workspace.ID)
	ok(t, err)
	same(t, "their policies under our name", 0, len(got))
}

func (d *draws) policy() claviger.Policy {
	kind := rapid.SampledFrom([]claviger.PolicyKind{claviger.UsagePolicy, claviger.RatePolicy}).Draw(d.T, "kind")
	p := policy(claviger.Workspace{OrganisationID: d.org, ID: d.workspaceID()}, kind)
	p.ID, p.CreatedAt, p.Version = claviger.PolicyID(d.id("y")), d.time(), d.version()
	return p
}

// policyOp draws an operation on policies.
func (d *draws) policyOp() op {
	p, value := d.policy(), d.name()
	switch rapid.IntRange(0, 4).Draw(d.T, "policy") {
	case 0, 1:
		return write("insert policy", p, (*store.Tx).InsertPolicy)
	case 2:
		return write("update policy", p, (*store.Tx).UpdatePolicy)
	case 3:
		return write("archive policy", p, (*store.Tx).ArchivePolicy)
	default:
		return op{"reset policy", func(ctx context.Context, tx *store.Tx) (any, error) {
			return nil, tx.PutPolicyReset(ctx, d.org, p.ID, value, p.CreatedAt)
		}}
	}
}
