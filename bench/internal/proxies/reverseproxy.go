package proxies

import "github.com/claviger/claviger/bench/internal/proc"

// StartReverseProxy starts the bare httputil.ReverseProxy in front of the
// provider, in plain or over TLS. Further environment (KEY=value) may be given.
func StartReverseProxy(programs Programs, p *Provider, overTLS bool, env ...string) (Proxy, error) {
	upstream := "http://" + p.Plain
	if overTLS {
		upstream = "https://" + p.TLS
	}
	process, addr, err := proc.StartPrintingAddress(append(env, trust(p)), programs.ReverseProxy, "-target", upstream)
	if err != nil {
		return Proxy{}, err
	}
	return Proxy{Name: ReverseProxy, Target: p.target(addr, slugPlain), Process: process}, nil
}

// trust makes a Go program accept the provider's certificate.
func trust(p *Provider) string { return "SSL_CERT_FILE=" + p.Cert }
