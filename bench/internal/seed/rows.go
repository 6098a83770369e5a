package seed

import (
	"context"
	"fmt"
	"slices"

	claviger "github.com/claviger/claviger"
)

// row is a copy with some columns changed.
type row struct {
	columns []string
	values  []any
}

func (r *row) set(column string, value any) { r.values[slices.Index(r.columns, column)] = value }

// copies inserts n copies of a row; change makes the k-th, from 1, another one.
// A column that change names and the table lacks is a fault of this package.
func (f *filler) copies(ctx context.Context, table, idColumn, id string, n int, change func(r *row, k int) error) error {
	columns, template, err := f.Template(ctx, table, idColumn, id)
	if err != nil {
		return fmt.Errorf("read the row of %s to copy: %w", table, err)
	}
	k := 0
	err = f.Insert(ctx, table, columns, func() ([]any, error) {
		if k++; k > n {
			return nil, nil
		}
		r := &row{columns, slices.Clone(template)}
		return r.values, change(r, k)
	})
	if err != nil {
		return fmt.Errorf("fill %s: %w", table, err)
	}
	return nil
}

func (f *filler) workspaces(ctx context.Context) error {
	return f.copies(ctx, "workspaces", "id", f.workspaceIDs[0], f.size.Workspaces-1, func(r *row, k int) error {
		id := string(claviger.NewID[claviger.WorkspaceID]())
		f.workspaceIDs = append(f.workspaceIDs, id)
		r.set("id", id)
		r.set("slug", Workspace(k))
		r.set("name", fmt.Sprint("Seeded ", k))
		r.set("created_us", f.now.UnixMicro()+int64(k))
		return nil
	})
}

// local tells the integrations of one workspace.
func local(n int) bool { return n%10 == 9 }

// home is the first workspace of an integration.
func (f *filler) home(n int) int { return n % f.size.Workspaces }

func (f *filler) integrations(ctx context.Context) error {
	return f.copies(ctx, "integrations", "id", f.integrationIDs[0], f.size.Integrations-1, func(r *row, k int) error {
		id := claviger.NewID[claviger.IntegrationID]()
		sealed, _, err := f.seal(id)
		f.integrationIDs = append(f.integrationIDs, string(id))
		r.set("id", string(id))
		r.set("slug", Slug(k))
		r.set("name", fmt.Sprint("Seeded ", k))
		r.set("sealed", sealed)
		r.set("created_us", f.now.UnixMicro()+int64(k))
		if slices.Contains(r.columns, "granted") { // SQLite's: counted when the grants come
			r.set("granted", int64(0))
		}
		if local(k) {
			r.set("workspace_id", f.workspaceIDs[f.home(k)])
		}
		return err
	})
}

func (f *filler) grants(ctx context.Context) error {
	n, grant := 0, 0 // the grant-th of the n-th integration is the next
	next := func() {
		if grant++; grant >= f.size.Spread || local(n) {
			n, grant = n+1, 0
		}
	}
	total := 0
	for i := range f.size.Integrations {
		if local(i) {
			total++
		} else {
			total += f.size.Spread
		}
	}
	next() // the very first is there
	return f.copies(ctx, "grants", "integration_id", f.integrationIDs[0], total-1, func(r *row, _ int) error {
		r.set("integration_id", f.integrationIDs[n])
		// Strides apart, so that the workspaces of an integration differ.
		r.set("workspace_id", f.workspaceIDs[(f.home(n)+grant*7)%f.size.Workspaces])
		f.follow(r, n)
		next()
		return nil
	})
}

// follow sets what a grant repeats of its integration.
func (f *filler) follow(r *row, n int) {
	for _, c := range []string{"created_us", "updated_us", "integration_created_us"} {
		r.set(c, f.now.UnixMicro()+int64(n))
	}
	if local(n) {
		_, whole := r.values[slices.Index(r.columns, "own")].(int64) // SQLite's booleans
		if whole {
			r.set("own", int64(1))
		} else {
			r.set("own", true)
		}
	}
}
