package admin

import (
	"context"
	"slices"

	claviger "github.com/claviger/claviger"
)

const (
	slugField   = "default_provider_slug"
	createField = "create_default_provider"
)

// wish is what a change of access asks of one workspace's provider, and where in
// the request it does.
type wish struct {
	create           bool
	slug             string // "" when it does not matter
	slugAt, createAt string // createAt is empty when nobody asked
}

// wish is what the row at a path asks, or the request for it.
func (c *accessChange) wish(at string, row AccessRow) wish {
	w := wish{create: true, slug: c.in.ProviderSlug, slugAt: slugField}
	if row.ProviderSlug != "" {
		w.slug, w.slugAt = row.ProviderSlug, at+slugField
	}
	if create, said := row.CreateProvider.Get(); said {
		w.create, w.createAt = create, at+createField
	} else if create, said := c.in.CreateProvider.Get(); said {
		w.create, w.createAt = create, createField
	}
	return w
}

// wishes says which fields of a request changed nothing. One for all rows did
// when it did for any.
type wishes struct {
	said []string // paths, in their order
	had  map[string]bool
}

func (w *wishes) note(path string, had bool) {
	if !slices.Contains(w.said, path) {
		w.said = append(w.said, path)
	}
	if w.had == nil {
		w.had = map[string]bool{}
	}
	w.had[path] = w.had[path] || had
}

func (w *wishes) ignored() []string {
	return slices.DeleteFunc(slices.Clone(w.said), func(path string) bool { return w.had[path] })
}

// askedOfNone notes what the request says for all rows, which may concern none.
func (c *accessChange) askedOfNone() {
	if c.in.ProviderSlug != "" {
		c.asked.note(slugField, false)
	}
	if create, _ := c.in.CreateProvider.Get(); create {
		c.asked.note(createField, false)
	}
}

// provide makes the provider of a workspace that is newly granted access, unless
// it has one already. A slug that names a provider of another integration is a
// problem all the same.
func (c *accessChange) provide(ctx context.Context, g claviger.Grant, regrant bool, wanted wish) error {
	has, err := c.provided(ctx, g.WorkspaceID, wanted.slug)
	if err != nil {
		return err
	}
	named := has.named
	switch {
	case !wanted.create || !g.Enabled:
	case has.taken:
		c.p.add(wanted.slugAt, "is taken in the workspace")
		return nil
	case !regrant && !has.any:
		named, has.any = true, true
		if err := c.newProvider(ctx, c.i, g.WorkspaceID, wanted.slug, wanted.slugAt, c.p); err != nil {
			return err
		}
	}
	if wanted.slug != "" {
		c.asked.note(wanted.slugAt, named)
	}
	if wanted.create && wanted.createAt != "" {
		c.asked.note(wanted.createAt, has.any && g.Enabled)
	}
	return nil
}

// provided is what a workspace has of the integration's providers.
type provided struct {
	any   bool // there is one
	named bool // there is one of the slug
	taken bool // the slug is another integration's provider
}

func (c *accessChange) provided(ctx context.Context, ws claviger.WorkspaceID, slug string) (out provided, err error) {
	list, _, err := c.Providers(ctx, c.by.OrganisationID, claviger.ProviderQuery{WorkspaceID: ws, IntegrationID: c.i.ID, Page: claviger.Page{Size: 1}})
	if err != nil {
		return out, err
	}
	out.any = len(list) > 0
	if slug == "" {
		return out, nil
	}
	row, err := c.Provider(ctx, c.by.OrganisationID, ws, slug)
	switch {
	case claviger.CodeOf(err) == claviger.NotFound:
		return out, nil
	case err != nil:
		return out, err
	}
	out.named, out.taken = row.IntegrationID == c.i.ID, row.IntegrationID != c.i.ID
	return out, nil
}
