package storetest

import (
	"context"
	"encoding/json"
	"fmt"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/store"
	"pgregory.net/rapid"
)

// draws makes random operations from few names, so that they meet.
type draws struct {
	*rapid.T
	org claviger.OrganisationID
}

func (d *draws) name() string {
	return rapid.SampledFrom([]string{"a", "b", "B", "c_%"}).Draw(d.T, "name")
}

func (d *draws) numberedID(kind string, n int) claviger.WorkspaceID {
	return claviger.WorkspaceID(fmt.Sprintf("%08x-0000-4000-8000-%012x", kind[0], n))
}

func (d *draws) id(kind string) string {
	return string(d.numberedID(kind, rapid.IntRange(0, 3).Draw(d.T, kind)))
}

func (d *draws) workspaceID() claviger.WorkspaceID     { return claviger.WorkspaceID(d.id("w")) }
func (d *draws) integrationID() claviger.IntegrationID { return claviger.IntegrationID(d.id("i")) }

func (d *draws) maybe(s string) string {
	return rapid.SampledFrom([]string{"", s}).Draw(d.T, "maybe")
}

// ref is an id of that kind or a slug.
func (d *draws) ref(kind string) string {
	return rapid.SampledFrom([]string{d.id(kind), d.name()}).Draw(d.T, "ref")
}

func (d *draws) page() claviger.Page {
	return claviger.Page{Number: rapid.IntRange(0, 2).Draw(d.T, "page"), Size: rapid.IntRange(1, 5).Draw(d.T, "size")}
}

func (d *draws) version() int64 { return int64(rapid.IntRange(1, 3).Draw(d.T, "version")) }

func (d *draws) workspace() claviger.Workspace {
	w := workspace(d.org, d.name())
	w.ID, w.Name, w.CreatedAt, w.UpdatedAt, w.Version = d.workspaceID(), d.name()+" team", d.time(), d.time(), d.version()
	return w
}

func (d *draws) key() claviger.APIKey {
	k := apiKey(d.org, claviger.WorkspaceID(d.maybe(string(d.workspaceID()))))
	k.ID, k.CreatedAt, k.Version = claviger.APIKeyID(d.id("k")), d.time(), d.version()
	copy(k.Hash[:], string(d.org)[:31])
	k.Hash[31] = byte(rapid.IntRange(0, 3).Draw(d.T, "hash"))
	k.OldHash = claviger.KeyHash{}
	return k
}

func (d *draws) integration() claviger.Integration {
	i := integration(d.org, claviger.WorkspaceID(d.maybe(string(d.workspaceID()))), d.name())
	i.ID, i.CreatedAt, i.Version = d.integrationID(), d.time(), d.version()
	i.Tags = d.tags()
	i.GlobalAccess = rapid.SampledFrom([]json.RawMessage{nil, json.RawMessage(`{"enabled":true}`), json.RawMessage(`{"enabled":false}`)}).Draw(d.T, "global")
	return i
}

func (d *draws) provider() claviger.Provider {
	p := provider(claviger.Integration{OrganisationID: d.org, ID: d.integrationID()}, d.workspaceID(), d.name())
	p.ID, p.CreatedAt, p.Version = claviger.ProviderID(d.id("p")), d.time(), d.version()
	p.MadeByAccess = rapid.Bool().Draw(d.T, "made by access")
	return p
}

func (d *draws) model() claviger.Model {
	m := model(claviger.Integration{OrganisationID: d.org, ID: d.integrationID()}, d.name())
	m.ID, m.Enabled, m.CreatedAt = claviger.ModelID(d.id("m")), rapid.Bool().Draw(d.T, "enabled"), d.time()
	return m
}

func (d *draws) tagFilter() []claviger.Tag {
	return rapid.SampledFrom([][]claviger.Tag{nil, {{Name: "env"}}, {{Name: "env", Value: "b"}, {Name: "team"}}}).Draw(d.T, "filter")
}

func (d *draws) tags() map[string]string {
	return rapid.SampledFrom([]map[string]string{nil, {"env": "a"}, {"env": "b", "team": "c_%"}}).Draw(d.T, "tags")
}

func (d *draws) grant() claviger.Grant {
	g := grant(claviger.Integration{OrganisationID: d.org, ID: d.integrationID()}, d.workspaceID())
	g.Enabled, g.CreatedAt = rapid.Bool().Draw(d.T, "enabled"), d.time()
	return g
}

// write is an operation whose only answer is its error.
func write[T any](name string, v T, method func(*store.Tx, context.Context, T) error) op {
	return op{name, func(ctx context.Context, tx *store.Tx) (any, error) { return nil, method(tx, ctx, v) }}
}

// op draws one operation. Updates that may take a slug are not among several in
// a transaction by chance: a refused one ends it on both stores alike.
func (d *draws) op() op {
	switch rapid.IntRange(0, 26).Draw(d.T, "operation") {
	case 0, 1:
		return write("insert workspace", d.workspace(), (*store.Tx).InsertWorkspace)
	case 2:
		return write("update workspace", d.workspace(), (*store.Tx).UpdateWorkspace)
	case 3:
		return write("archive workspace", d.workspace(), (*store.Tx).ArchiveWorkspace)
	case 4:
		return write("insert key", d.key(), (*store.Tx).InsertAPIKey)
	case 5:
		return write("update key", d.key(), (*store.Tx).UpdateAPIKey)
	case 6:
		return write("archive key", d.key(), (*store.Tx).ArchiveAPIKey)
	case 7, 8:
		return write("insert integration", d.integration(), (*store.Tx).InsertIntegration)
	case 9:
		return write("update integration", d.integration(), (*store.Tx).UpdateIntegration)
	case 10:
		return write("archive integration", d.integration(), (*store.Tx).ArchiveIntegration)
	case 11, 12:
		return write("put grant", d.grant(), (*store.Tx).PutGrant)
	case 13:
		return write("insert provider", d.provider(), (*store.Tx).InsertProvider)
	case 14:
		return write("update provider", d.provider(), (*store.Tx).UpdateProvider)
	case 15, 16:
		return write("insert secret reference", d.secretReference(), (*store.Tx).InsertSecretReference)
	case 17:
		return write("update secret reference", d.secretReference(), (*store.Tx).UpdateSecretReference)
	case 18:
		return write("archive secret reference", d.secretReference(), (*store.Tx).ArchiveSecretReference)
	case 19:
		uses := d.secretUses()
		return op{"put secret uses", func(ctx context.Context, tx *store.Tx) (any, error) { return nil, uses(ctx, tx) }}
	case 20, 21:
		return write("put model", d.model(), (*store.Tx).PutModel)
	case 22:
		of, slug := d.integrationID(), d.name()
		return op{"delete model", func(ctx context.Context, tx *store.Tx) (any, error) {
			return nil, tx.DeleteModel(ctx, d.org, of, slug)
		}}
	case 23, 24, 25:
		return d.policyOp()
	default:
		return write("archive provider", d.provider(), (*store.Tx).ArchiveProvider)
	}
}
