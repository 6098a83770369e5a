package admin

import (
	"context"
	"time"

	claviger "github.com/claviger/claviger"
)

// Store is what the use cases need of a database.
type Store interface {
	// View runs fn on one consistent state of the data.
	View(ctx context.Context, fn func(Tx) error) error
	// Update runs fn in a transaction that is kept only when fn returns nil.
	// When another writer got in between (claviger.Stale, or the database's
	// own serialisation failure) it runs fn again, a few times.
	Update(ctx context.Context, fn func(Tx) error) error
	// Entries reads the ledger; it returns the total that matches as well.
	Entries(ctx context.Context, org claviger.OrganisationID, q claviger.EntryQuery) ([]claviger.Entry, int, error)
	// UsageSums sums up the ledger in groups; it returns how many there are as well.
	UsageSums(ctx context.Context, org claviger.OrganisationID, q claviger.SumQuery) ([]claviger.UsageSum, int, error)
	// UsageOfPolicy lists what a policy counted, by the names of its groups, and
	// how many match; Counters finds those that were ever counted on.
	UsageOfPolicy(ctx context.Context, org claviger.OrganisationID, policy claviger.PolicyID, q claviger.UsageQuery) ([]claviger.Usage, int, error)
	Counters(ctx context.Context, org claviger.OrganisationID, counters []claviger.Counter) ([]claviger.Usage, error)
}

// Tx is one transaction. Every method takes the tenant. A row that is not
// there, archived or another tenant's is claviger.Missing; a taken slug is
// claviger.Conflict; a row changed since it was read is claviger.Stale. A ref
// is an id or a slug. Insert takes the row whole, ids and times filled in.
type Tx interface {
	Organisation(ctx context.Context, org claviger.OrganisationID) (claviger.Organisation, error)
	Organisations(ctx context.Context) ([]claviger.Organisation, error)
	InsertOrganisation(ctx context.Context, o claviger.Organisation) error
	InsertAudit(ctx context.Context, e claviger.AuditEntry) error
	AuditEntries(ctx context.Context, org claviger.OrganisationID, q claviger.AuditQuery) ([]claviger.AuditEntry, int, error)

	InsertWorkspace(ctx context.Context, w claviger.Workspace) error
	Workspace(ctx context.Context, org claviger.OrganisationID, ref string) (claviger.Workspace, error)
	Workspaces(ctx context.Context, org claviger.OrganisationID, q claviger.WorkspaceQuery) ([]claviger.Workspace, int, error)
	// UpdateWorkspace writes the changeable fields where the version is still
	// w.Version, and makes it one higher.
	UpdateWorkspace(ctx context.Context, w claviger.Workspace) error
	WorkspaceContents(ctx context.Context, org claviger.OrganisationID, id claviger.WorkspaceID) (claviger.WorkspaceContents, error)
	// ArchiveWorkspace archives the workspace, its keys, its providers, its
	// policies and its own integrations, whose sealed values are wiped.
	ArchiveWorkspace(ctx context.Context, w claviger.Workspace) error

	InsertAPIKey(ctx context.Context, k claviger.APIKey) error
	APIKey(ctx context.Context, org claviger.OrganisationID, id claviger.APIKeyID) (claviger.APIKey, error)
	APIKeys(ctx context.Context, org claviger.OrganisationID, q claviger.APIKeyQuery) ([]claviger.APIKey, int, error)
	UpdateAPIKey(ctx context.Context, k claviger.APIKey) error
	ArchiveAPIKey(ctx context.Context, k claviger.APIKey) error

	InsertIntegration(ctx context.Context, i claviger.Integration) error
	Integration(ctx context.Context, org claviger.OrganisationID, ref string) (claviger.Integration, error)
	Integrations(ctx context.Context, org claviger.OrganisationID, q claviger.IntegrationQuery) ([]claviger.Integration, int, error)
	UpdateIntegration(ctx context.Context, i claviger.Integration) error
	// ArchiveIntegration archives the integration and its providers and wipes
	// the sealed value.
	ArchiveIntegration(ctx context.Context, i claviger.Integration) error

	// Grants lists every workspace row of an integration, enabled or not.
	Grants(ctx context.Context, org claviger.OrganisationID, id claviger.IntegrationID) ([]claviger.Grant, error)
	Grant(ctx context.Context, org claviger.OrganisationID, id claviger.IntegrationID, ws claviger.WorkspaceID) (claviger.Grant, error)
	PutGrant(ctx context.Context, g claviger.Grant) error
	// GloballyGranted lists the active organisation-level integrations whose
	// global access is enabled: a new workspace gets them.
	GloballyGranted(ctx context.Context, org claviger.OrganisationID) ([]claviger.Integration, error)
	// IntegrationAndGrants counts the enabled rows, too.
	IntegrationAndGrants(ctx context.Context, org claviger.OrganisationID, ref string) (i claviger.Integration, granted int, err error)

	// Models lists an integration's rows in no order.
	Models(ctx context.Context, org claviger.OrganisationID, id claviger.IntegrationID) ([]claviger.Model, error)
	// PutModel writes a row, new or changed; a changed one keeps its ID.
	PutModel(ctx context.Context, m claviger.Model) error
	DeleteModel(ctx context.Context, org claviger.OrganisationID, id claviger.IntegrationID, slug string) error

	InsertProvider(ctx context.Context, p claviger.Provider) error
	// Provider finds a provider by id or slug in one workspace.
	Provider(ctx context.Context, org claviger.OrganisationID, ws claviger.WorkspaceID, ref string) (claviger.Provider, error)
	Providers(ctx context.Context, org claviger.OrganisationID, q claviger.ProviderQuery) ([]claviger.Provider, int, error)
	UpdateProvider(ctx context.Context, p claviger.Provider) error
	ArchiveProvider(ctx context.Context, p claviger.Provider) error

	// InsertPolicy takes a policy without its resets.
	InsertPolicy(ctx context.Context, p claviger.Policy) error
	// Policy finds archived policies as well; Policies lists them without their
	// resets.
	Policy(ctx context.Context, org claviger.OrganisationID, kind claviger.PolicyKind, id claviger.PolicyID) (claviger.Policy, error)
	Policies(ctx context.Context, org claviger.OrganisationID, q claviger.PolicyQuery) ([]claviger.Policy, int, error)
	UpdatePolicy(ctx context.Context, p claviger.Policy) error
	// ArchivePolicy forgets the policy's resets.
	ArchivePolicy(ctx context.Context, p claviger.Policy) error
	// PutPolicyReset notes that a group of requests is counted from zero since at.
	PutPolicyReset(ctx context.Context, org claviger.OrganisationID, id claviger.PolicyID, value string, at time.Time) error
	// ForgetPolicyResets drops the resets of a policy before a time.
	ForgetPolicyResets(ctx context.Context, org claviger.OrganisationID, id claviger.PolicyID, before time.Time) error

	// InsertSecretReference takes the workspaces that may use it as well.
	InsertSecretReference(ctx context.Context, r claviger.SecretReference) error
	SecretReference(ctx context.Context, org claviger.OrganisationID, ref string) (claviger.SecretReference, error)
	// SecretReferences lists them without their workspaces.
	SecretReferences(ctx context.Context, org claviger.OrganisationID, q claviger.SecretReferenceQuery) ([]claviger.SecretReference, int, error)
	UpdateSecretReference(ctx context.Context, r claviger.SecretReference) error
	// ArchiveSecretReference wipes what is sealed, whatever uses it.
	ArchiveSecretReference(ctx context.Context, r claviger.SecretReference) error
	// PutSecretUses notes through which secret references an integration reads,
	// each named once, in the place of what was noted before.
	PutSecretUses(ctx context.Context, org claviger.OrganisationID, id claviger.IntegrationID, refs []claviger.SecretReferenceID) error
	SecretUses(ctx context.Context, org claviger.OrganisationID, id claviger.SecretReferenceID) (claviger.SecretUses, error)
	// SecretUsesOutside counts the integrations that use a reference and are of
	// none of the workspaces listed with it.
	SecretUsesOutside(ctx context.Context, org claviger.OrganisationID, id claviger.SecretReferenceID) (int, error)
}
