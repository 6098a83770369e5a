package storetest

import (
	"testing"
	"time"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/store"
	"github.com/google/go-cmp/cmp"
)

// audited stores an audit entry with everything and one with nothing in it, and
// reads both back.
func audited(t *testing.T, w *world) {
	ctx, org := t.Context(), w.ours.org.ID
	full := claviger.AuditEntry{ID: claviger.NewID[claviger.AuditID](), OrganisationID: org, WorkspaceID: w.ours.workspace.ID, At: at.Add(time.Second),
		ActorKeyID: w.ours.key.ID, ActorType: "api_key", Action: "create", ResourceType: "integration", ResourceID: "x",
		Before: []byte(`{}`), After: []byte(`{"a":1}`), Method: "POST", URI: "/v1/integrations", RequestID: "r", Address: "127.0.0.1",
		Status: 403, Attempts: 12}
	bare := claviger.AuditEntry{ID: claviger.NewID[claviger.AuditID](), OrganisationID: org, At: at}
	w.update(func(tx *store.Tx) error {
		ok(t, tx.InsertAudit(ctx, bare))
		return tx.InsertAudit(ctx, full)
	})
	w.view(func(tx *store.Tx) error {
		got, total, err := tx.AuditEntries(ctx, org, claviger.AuditQuery{From: at, To: at.Add(time.Hour), Page: page})
		ok(t, err)
		same(t, "entries, newest first", []claviger.AuditEntry{full, bare}, got)
		same(t, "total", 2, total)
		_, total, err = tx.AuditEntries(ctx, w.their.org.ID, claviger.AuditQuery{From: at, To: at.Add(time.Hour), Page: page})
		ok(t, err)
		same(t, "seen by another organisation", 0, total)
		return nil
	})
}

// auditFiltered asks the audit log for part of what there is, and in pages.
func auditFiltered(t *testing.T, w *world) {
	ctx, o := t.Context(), w.ours
	entry := func(n int, change func(*claviger.AuditEntry)) claviger.AuditEntry {
		e := claviger.AuditEntry{ID: claviger.NewID[claviger.AuditID](), OrganisationID: o.org.ID, At: at.Add(time.Duration(n) * time.Second),
			ActorType: "operator", Status: 200, Attempts: 1}
		change(&e)
		return e
	}
	w.update(func(tx *store.Tx) error {
		for n, change := range []func(*claviger.AuditEntry){
			func(e *claviger.AuditEntry) { e.WorkspaceID, e.Action = o.workspace.ID, "delete" },
			func(e *claviger.AuditEntry) { e.ActorKeyID, e.ActorType, e.Status = o.key.ID, "api_key", 403 },
			func(e *claviger.AuditEntry) { e.ResourceType, e.Method = "provider", "POST" },
			func(e *claviger.AuditEntry) { e.URI, e.RequestID, e.Address = "/v1/x", "r-1", "192.0.2.1" },
		} {
			ok(t, tx.InsertAudit(ctx, entry(n, change)))
		}
		return nil
	})
	w.view(func(tx *store.Tx) error {
		for _, tt := range []struct {
			name string
			q    claviger.AuditQuery
			want int
		}{
			{"any", claviger.AuditQuery{}, 4},
			{"a workspace", claviger.AuditQuery{WorkspaceID: o.workspace.ID}, 1},
			{"a key", claviger.AuditQuery{ActorKeyID: o.key.ID}, 1},
			{"a kind of actor", claviger.AuditQuery{ActorType: "operator"}, 3},
			{"an action", claviger.AuditQuery{Action: "delete"}, 1},
			{"a kind of resource", claviger.AuditQuery{ResourceType: "provider"}, 1},
			{"a method", claviger.AuditQuery{Method: "POST"}, 1},
			{"a path", claviger.AuditQuery{URI: "/v1/x"}, 1},
			{"part of a path", claviger.AuditQuery{URI: "/v1"}, 0},
			{"a request", claviger.AuditQuery{RequestID: "r-1"}, 1},
			{"an address", claviger.AuditQuery{Address: "192.0.2.1"}, 1},
			{"a status", claviger.AuditQuery{Status: 403}, 1},
			{"two things of one entry", claviger.AuditQuery{ActorKeyID: o.key.ID, Status: 403}, 1},
			{"things of different entries", claviger.AuditQuery{ActorKeyID: o.key.ID, Action: "delete"}, 0},
			{"from a time on", claviger.AuditQuery{From: at.Add(time.Second)}, 3},
			{"up to a time", claviger.AuditQuery{To: at.Add(time.Second)}, 1},
			{"what no store can hold", claviger.AuditQuery{URI: "\x00"}, 0},
		} {
			if tt.q.From.IsZero() {
				tt.q.From = at
			}
			if tt.q.To.IsZero() {
				tt.q.To = at.Add(time.Hour)
			}
			tt.q.Page = page
			rows, total, err := tx.AuditEntries(ctx, o.org.ID, tt.q)
			ok(t, err)
			same(t, "audit entries: "+tt.name, []int{tt.want, tt.want}, []int{len(rows), total})
		}
		var times []time.Time
		for n := range 3 {
			rows, total, err := tx.AuditEntries(ctx, o.org.ID, claviger.AuditQuery{From: at, To: at.Add(time.Hour), Page: claviger.Page{Number: n, Size: 2}})
			ok(t, err)
			same(t, "total of every page", 4, total)
			for _, r := range rows {
				times = append(times, r.At)
			}
		}
		want := []time.Time{at.Add(3 * time.Second), at.Add(2 * time.Second), at.Add(time.Second), at}
		if d := cmp.Diff(want, times); d != "" {
			t.Errorf("pages, newest first (-want +got):\n%s", d)
		}
		return nil
	})
}
