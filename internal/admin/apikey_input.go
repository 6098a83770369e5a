package admin

import (
	"encoding/json"
	"fmt"
	"net/mail"
	"slices"
	"strings"
	"time"

	claviger "github.com/claviger/claviger"
)

// APIKeyInput is what a request says of an API key. On creation name and scopes
// must be there; on change absent fields stay.
type APIKeyInput struct {
	Name        Optional[string]
	Description Optional[string]
	Scopes      Optional[[]string]
	UsageLimits Optional[json.RawMessage]
	RateLimits  Optional[json.RawMessage]
	Defaults    Optional[KeyDefaultsInput]
	AlertEmails Optional[[]string]
	ExpiresAt   Optional[string]
	ResetUsage  bool
	// RotationPolicy replaces the whole policy.
	RotationPolicy Optional[RotationInput]
	Found          claviger.Problems // wrong already on the wire
}

// KeyDefaultsInput changes the defaults field by field.
type KeyDefaultsInput struct {
	Metadata            Optional[map[string]string]
	ConfigID            Optional[string]
	AllowConfigOverride Optional[bool]
}

const (
	maxScopes     = 256
	maxEmails     = 50
	maxEmail      = 254 // bytes, as SMTP has it
	maxRateLimits = 10
)

// apply checks in and writes it into k.
func (in APIKeyInput) apply(k *claviger.APIKey, p *problems, now time.Time) {
	k.Name = in.Name.Or(k.Name)
	k.Description = in.Description.Or(k.Description)
	p.text("name", k.Name, true, maxName)
	p.text("description", k.Description, false, maxDescription)
	if in.Scopes.Set || k.Scopes == nil {
		k.Scopes = p.scopes(in.Scopes.Value, k.Kind())
	}
	if in.UsageLimits.Set {
		old := k.UsageLimits
		k.UsageLimits = p.usageLimits("usage_limits", in.UsageLimits.Value, old, asObject, now)
		counting{&k.ResetAt, &k.LimitedAt}.since(old, k.UsageLimits, asObject, now)
	}
	if in.RateLimits.Set {
		k.RateLimits = p.rateLimits("rate_limits", in.RateLimits.Value, k.RateLimits, maxRateLimits)
	}
	if in.Defaults.Set {
		k.Defaults = p.defaults(*k, in.Defaults)
	}
	if in.AlertEmails.Set {
		k.AlertEmails = p.emails("alert_emails", in.AlertEmails.Value)
	}
	if in.ExpiresAt.Set {
		k.ExpiresAt = p.time("expires_at", in.ExpiresAt.Value)
		if k.Expired(now) {
			p.add("expires_at", "is in the past")
		}
	}
	if in.RotationPolicy.Set {
		k.RotationPolicy = p.rotation(*k, in.RotationPolicy, now)
	}
	if in.ResetUsage {
		counting{&k.ResetAt, &k.LimitedAt}.byHand(now)
	}
}

func (p *problems) scopes(asked []string, kind claviger.KeyKind) []claviger.Scope {
	if asked == nil {
		p.add("scopes", "is required")
	}
	if len(asked) > maxScopes {
		p.add("scopes", fmt.Sprintf("may hold at most %d", maxScopes))
		return nil
	}
	out := []claviger.Scope{}
	for i, a := range asked {
		s, at := claviger.Scope(a), fmt.Sprintf("scopes[%d]", i)
		switch {
		case !s.Known():
			p.add(at, "is no known scope")
		case !s.MayHold(kind.Type, kind.SubType):
			p.add(at, "cannot be held by a key of type "+kind.String())
		case !slices.Contains(out, s):
			out = append(out, s)
		}
	}
	return out
}

func (p *problems) defaults(k claviger.APIKey, in Optional[KeyDefaultsInput]) json.RawMessage {
	if in.Null {
		return nil
	}
	d, _ := DefaultsOf(k)
	d.Metadata = in.Value.Metadata.Or(d.Metadata)
	d.ConfigID = in.Value.ConfigID.Or(d.ConfigID)
	if allow, ok := in.Value.AllowConfigOverride.Get(); ok {
		d.AllowConfigOverride = &allow
	} else if in.Value.AllowConfigOverride.Null {
		d.AllowConfigOverride = nil
	}
	p.metadata("defaults.metadata", d.Metadata)
	if claviger.IsUUID(d.ConfigID) {
		d.ConfigID = strings.ToLower(d.ConfigID) // as ids are shown
	}
	if wrong := claviger.CheckSlug(d.ConfigID); d.ConfigID != "" && wrong != "" && !claviger.IsUUID(d.ConfigID) {
		p.add("defaults.config_id", wrong)
	}
	raw, err := json.Marshal(d)
	if err != nil || string(raw) == "{}" {
		return nil // nothing is set
	}
	return raw
}

func (p *problems) emails(path string, list []string) []string {
	if len(list) > maxEmails {
		p.add(path, fmt.Sprintf("may hold at most %d", maxEmails))
		return nil
	}
	for i, a := range list {
		at := fmt.Sprintf("%s[%d]", path, i)
		if len(a) > maxEmail {
			p.add(at, fmt.Sprintf("must be at most %d bytes", maxEmail))
		} else if parsed, err := mail.ParseAddress(a); err != nil || parsed.Address != a {
			p.add(at, "must be an email address")
		}
	}
	if len(list) == 0 {
		return nil
	}
	return list
}
