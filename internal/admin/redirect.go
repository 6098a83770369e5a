package admin

import (
	"net/url"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/authz"
	"github.com/claviger/claviger/internal/provider"
	"github.com/claviger/claviger/internal/vault"
)

// A workspace key may change an integration of its workspace without knowing
// the credential in it. It must not learn it by having it sent to a host of its
// own choice, so a change of where the credential goes needs the credential
// again. An organisation key may point what the organisation stored elsewhere;
// the audit log says that it did.

const redirected = "must be sent again, because the host it goes to changes"

// redirect notes a problem when by sends stored secrets to another origin.
func (s *Service) redirect(by authz.Caller, i claviger.Integration, was, is settings, p *problems) {
	if by.IsOrganisation() || i.KeyVersion == 0 {
		return
	}
	from, to := s.origin(i, was), s.origin(i, is)
	if from == "" || from == to {
		return
	}
	if k := was.secret.Key; !k.IsZero() && k.Reveal() == is.secret.Key.Reveal() {
		p.refuse("key", redirected)
	}
	for name, v := range was.secret.Fields {
		if v.Reveal() == is.secret.Fields[name].Reveal() {
			p.refuse("configurations."+name, redirected)
		}
	}
}

// redirectModel notes a problem at path when by has stored secrets of i sent to
// a model's host that is neither the integration's nor the model's before.
func (s *Service) redirectModel(by authz.Caller, i claviger.Integration, secrets vault.Credentials, before, host, path string, p *problems) {
	if by.IsOrganisation() || secrets.IsZero() || host == "" || host == before {
		return
	}
	u, err := url.Parse(host)
	if err != nil || originOf(u) != s.origin(i, settings{plain: i.Configurations, secret: secrets}) {
		p.refuse(path, "must be the integration's own host: a workspace key may not send its credential elsewhere")
	}
}

// origin is where the secrets of i go with these settings; "" while they go
// nowhere.
func (s *Service) origin(i claviger.Integration, with settings) string {
	account, err := s.registry.Adapter(i.AIProvider).Compile(with.given(i.AIProvider, nil))
	if err != nil {
		return ""
	}
	return originOf(account.Base())
}

// host checks the base URL that by gives for i or for a model of it. One that is
// a URL and may not be called is refused; anything else is a mistake.
func (s *Service) host(by authz.Caller, i claviger.Integration, path, raw string, p *problems) {
	wrong := provider.CheckHost(raw, s.mayNamePrivate(by, i))
	if wrong == "" {
		return
	}
	p.add(path, wrong)
	if u, err := url.Parse(raw); err == nil && u.Host != "" {
		p.refused = true
	}
}

func originOf(u *url.URL) string { return u.Scheme + "://" + u.Host }
