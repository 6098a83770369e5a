package gateway

import (
	"net/http"
	"sync/atomic"
	"time"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/httpx"
	"github.com/claviger/claviger/internal/provider"
	"github.com/claviger/claviger/internal/vault"
)

// target is where a request goes: an account compiled once, when its rows
// change, and not per request. It is immutable but for the models it was heard
// to have.
type target struct {
	slug           string
	aiProvider     string
	organisationID claviger.OrganisationID
	workspaceID    claviger.WorkspaceID
	integrationID  claviger.IntegrationID
	providerID     claviger.ProviderID
	account        provider.Account
	ownHost        bool // it has a custom host
	rules          rules
	prices         *prices
	limits         ruleset
	keyVersion     int64
	expiresAt      time.Time // zero: never
	locked         error     // why nothing may go there, ever; nil for most
	allowPrivate   bool
	scrub          scrubber
	providerHeader []string // the ready value of x-portkey-provider
	models         atomic.Pointer[modelList]
}

// usable is nil, or why no request may go there now.
func (t *target) usable(now time.Time) error {
	if !t.expiresAt.IsZero() && !now.Before(t.expiresAt) {
		return &httpx.Failure{Status: http.StatusUnauthorized, Type: "virtual_key_expired_error", Code: "01",
			Message: "Portkey Virtual Key " + t.slug + " Expired"}
	}
	return t.locked
}

// compile opens what is stored and makes it ready to call.
func (d *targets) compile(row claviger.Target) (*target, error) {
	creds, err := d.vault.OpenCredentials(vault.IntegrationBinding(row.Integration), row.Integration.Sealed)
	if err != nil {
		return nil, err
	}
	settings := provider.Settings{
		AIProvider: row.Integration.AIProvider,
		Key:        creds.Key,
		Plain:      row.Integration.Configurations,
		Secret:     creds.Fields,
	}
	t, err := d.compileAccount(row, settings)
	if err != nil {
		return nil, err
	}
	if t.limits, err = limitsOfTarget(row); err != nil {
		return nil, err
	}
	t.prices = d.pricesOf(row, t.account)
	t.rules = d.compileRules(row, settings)
	for _, r := range t.rules.bySlug {
		if r.own != nil {
			r.own.prices, r.own.limits = t.prices, t.limits
		}
	}
	return t, nil
}

// compileAccount makes a target of an account, without rules.
func (d *targets) compileAccount(row claviger.Target, settings provider.Settings) (*target, error) {
	why := unresolved(row.Integration)
	account := provider.Account(locked{why})
	if why == nil {
		var err error
		if account, err = d.providers.Adapter(row.Integration.AIProvider).Compile(settings); err != nil {
			return nil, err
		}
	}
	return &target{
		locked:         why,
		slug:           row.Provider.Slug,
		aiProvider:     row.Integration.AIProvider,
		organisationID: row.Provider.OrganisationID,
		workspaceID:    row.Provider.WorkspaceID,
		integrationID:  row.Integration.ID,
		providerID:     row.Provider.ID,
		account:        account,
		ownHost:        settings.Text(provider.CustomHost) != "",
		expiresAt:      row.Provider.ExpiresAt,
		keyVersion:     row.Integration.KeyVersion,
		allowPrivate:   row.Integration.WorkspaceID == "" || d.allowPrivate,
		scrub:          newScrubber(settings),
		providerHeader: []string{row.Integration.AIProvider},
	}, nil
}
