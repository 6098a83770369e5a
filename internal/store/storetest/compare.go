package storetest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/store"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// Compare runs random operations on two stores and expects the same answers:
// rows, totals, and the words of errors. Each run has an organisation of its
// own.
func Compare(t *testing.T, a, b *store.Store) {
	rapid.Check(t, func(rt *rapid.T) {
		d := &draws{T: rt, org: claviger.NewID[claviger.OrganisationID]()}
		start := op{"insert organisation", func(ctx context.Context, tx *store.Tx) (any, error) {
			return nil, tx.InsertOrganisation(ctx, claviger.Organisation{ID: d.org, CreatedAt: at})
		}}
		compareTx(t.Context(), rt, a, b, []op{start}, true)
		for range rapid.IntRange(5, 25).Draw(rt, "transactions") {
			if rapid.IntRange(0, 5).Draw(rt, "ledger") == 0 {
				compareLedger(t.Context(), rt, d, a, b)
				continue
			}
			ops := make([]op, rapid.IntRange(1, 4).Draw(rt, "operations"))
			for i := range ops {
				ops[i] = d.op()
			}
			compareTx(t.Context(), rt, a, b, ops, rapid.IntRange(0, 7).Draw(rt, "commit") > 0)
		}
		compareTx(t.Context(), rt, a, b, d.everything(), true)
		compareReads(t.Context(), rt, d, a, b)
	})
}

// op is one operation with an answer to compare.
type op struct {
	name string
	run  func(context.Context, *store.Tx) (any, error)
}

var errRollback = fmt.Errorf("rolled back on purpose")

// answers runs the operations in one transaction and says what each answered.
func answers(ctx context.Context, s *store.Store, ops []op, commit bool) (out []string) {
	err := s.Update(ctx, func(tx *store.Tx) error {
		out = nil
		for _, o := range ops {
			got, err := o.run(ctx, tx)
			out = append(out, fmt.Sprintf("%s: %+v, error %v (%s)", o.name, got, err, claviger.CodeOf(err)))
		}
		if !commit {
			return errRollback
		}
		return nil
	})
	return append(out, fmt.Sprintf("transaction: error %v", err))
}

func compareTx(ctx context.Context, rt *rapid.T, a, b *store.Store, ops []op, commit bool) {
	if d := cmp.Diff(answers(ctx, a, ops, commit), answers(ctx, b, ops, commit)); d != "" {
		rt.Fatalf("the stores differ:\n%s", d)
	}
}

// compareReads asks what authentication and the gateway ask.
func compareReads(ctx context.Context, rt *rapid.T, d *draws, a, b *store.Store) {
	ws, ref, hash := d.workspaceID(), d.ref("p"), d.key().Hash
	var got [2]string
	for i, s := range []*store.Store{a, b} {
		target, targetErr := s.Target(ctx, d.org, ws, ref)
		slices.SortFunc(target.Models, func(a, b claviger.Model) int { return strings.Compare(a.Slug, b.Slug) })
		targets, targetsErr := s.Targets(ctx, d.org, ws)
		key, of, keyErr := s.APIKeyByHash(ctx, hash)
		policies, policiesErr := s.Policies(ctx, d.org, ws)
		got[i] = fmt.Sprintf("%+v %v %+v %v %+v %v %+v %+v %v", policies, policiesErr, target, targetErr, targets, targetsErr, key, of, keyErr)
	}
	if diff := cmp.Diff(got[0], got[1]); diff != "" {
		rt.Fatalf("the stores differ:\n%s", diff)
	}
}

// compareLedger ships a batch of entries in random states to both, and may end
// the node.
func compareLedger(ctx context.Context, rt *rapid.T, d *draws, a, b *store.Store) {
	node := string(d.org) + "-" + d.name()
	var batch []claviger.Entry
	for range rapid.IntRange(0, 6).Draw(rt, "entries") {
		e := d.entry(node)
		batch = append(batch, e)
	}
	unsettle := rapid.IntRange(0, 3).Draw(rt, "unsettle") == 0
	q := claviger.EntryQuery{Page: d.page()}
	if rapid.Bool().Draw(rt, "by workspace") {
		q.WorkspaceID = d.workspaceID()
	}
	if rapid.Bool().Draw(rt, "from") {
		q.From = d.time()
	}
	var got [2]string
	for i, s := range []*store.Store{a, b} {
		shipErr, n := s.Ship(ctx, node, batch, []byte(node)), 0
		var unsettleErr error
		if unsettle {
			n, unsettleErr = s.Unsettle(ctx, node)
		}
		rows, total, err := s.Entries(ctx, d.org, q)
		position, positionErr := s.LedgerPosition(ctx, node)
		got[i] = fmt.Sprintf("%v %d %v %+v %d %v %s %v", shipErr, n, unsettleErr, rows, total, err, position, positionErr)
	}
	if diff := cmp.Diff(got[0], got[1]); diff != "" {
		rt.Fatalf("the ledgers differ:\n%s", diff)
	}
}

func (d *draws) entry(node string) claviger.Entry {
	n := rapid.IntRange(0, 9).Draw(d.T, "entry")
	e := tenant{org: claviger.Organisation{ID: d.org}, workspace: claviger.Workspace{ID: d.numberedID("w", n%2)}}.opened(n)
	// The ids of this organisation's ten entries.
	copy(e.ID[:], d.org[:15])
	e.ID[15], e.Closing.ID, e.Node = byte(n), e.ID, node
	switch rapid.IntRange(0, 3).Draw(d.T, "state") {
	case 0:
		return closed(e)
	case 1:
		return closeOnly(e)
	case 2:
		return unsettled(e)
	}
	return e
}

func (d *draws) time() time.Time {
	return at.Add(time.Duration(rapid.IntRange(0, 3).Draw(d.T, "time")) * time.Millisecond)
}
