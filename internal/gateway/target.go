package gateway

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/httpx"
	"github.com/claviger/claviger/internal/provider"
	"github.com/claviger/claviger/internal/secret"
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
	if err == nil {
		t.rules = d.compileRules(row, settings)
	}
	return t, err
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
		allowPrivate:   row.Integration.WorkspaceID == "" || d.allowPrivate,
		scrub:          newScrubber(settings),
		providerHeader: []string{row.Integration.AIProvider},
	}, nil
}

// scrubber takes an account's secrets out of what a provider answers: some
// providers repeat a refused key in their error, and a host behind an
// integration may echo what it got.
type scrubber struct{ needles []string }

// minScrub is the shortest secret looked for; anything shorter would tear
// ordinary text.
const minScrub = 8

func newScrubber(s provider.Settings) scrubber {
	var sc scrubber
	sc.add(s.Key.Reveal())
	for _, v := range s.Secret {
		sc.addValue(v)
	}
	return sc
}

// addValue adds a secret, and when it is a JSON object, such as custom headers,
// each string in it.
func (sc *scrubber) addValue(v secret.String) {
	sc.add(v.Reveal())
	var members map[string]string
	if json.Unmarshal([]byte(v.Reveal()), &members) == nil {
		for _, m := range members {
			sc.add(m)
			// The credential alone, when a header names its scheme before it.
			if _, bare, ok := strings.Cut(m, " "); ok {
				sc.add(bare)
			}
		}
	}
}

// add looks for v as it is and in the ways JSON writers escape it: with or
// without what HTML reserves, with or without the slash.
func (sc *scrubber) add(v string) {
	if len(v) < minScrub {
		return
	}
	forms := []string{v}
	for _, html := range []bool{true, false} {
		var b strings.Builder
		enc := json.NewEncoder(&b)
		enc.SetEscapeHTML(html)
		if enc.Encode(v) == nil {
			inner := b.String()[1 : b.Len()-2] // without its quotes and the line's end
			forms = append(forms, inner, strings.ReplaceAll(inner, "/", `\/`))
		}
	}
	slices.Sort(forms)
	sc.needles = append(sc.needles, slices.Compact(forms)...)
}

var scrubbed = []byte("[secret]")

// bytes returns b without the secrets. It is b itself when there are none.
func (sc scrubber) bytes(b []byte) []byte {
	for _, n := range sc.needles {
		if bytes.Contains(b, []byte(n)) {
			b = bytes.ReplaceAll(b, []byte(n), scrubbed)
		}
	}
	return b
}

// taints reports whether s holds a secret.
func (sc scrubber) taints(s string) bool {
	for _, n := range sc.needles {
		if strings.Contains(s, n) {
			return true
		}
	}
	return false
}
