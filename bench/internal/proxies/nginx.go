package proxies

import (
	"context"
	_ "embed"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/template"

	"github.com/claviger/claviger/bench/internal/mock"
	"github.com/claviger/claviger/bench/internal/proc"
)

//go:embed nginx.conf.tmpl
var nginxConf string

// StartNginx starts nginx in front of the provider: one server in plain, one
// over TLS, by the same processes. dir, which must exist, takes its files.
func StartNginx(ctx context.Context, programs Programs, p *Provider, dir string) (plain, overTLS Proxy, err error) {
	values := struct{ Dir, Plain, TLS, PlainUpstream, TLSUpstream, Cert, CertName string }{
		Dir: dir, PlainUpstream: p.Plain, TLSUpstream: p.TLS, Cert: p.Cert, CertName: mock.CertName,
	}
	for _, addr := range []*string{&values.Plain, &values.TLS} {
		if *addr, err = freeAddr(); err != nil {
			return Proxy{}, Proxy{}, err
		}
	}
	var conf strings.Builder
	if err := template.Must(template.New("nginx").Parse(nginxConf)).Execute(&conf, values); err != nil {
		return Proxy{}, Proxy{}, fmt.Errorf("nginx.conf: %w", err)
	}
	file := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(file, []byte(conf.String()), 0o600); err != nil {
		return Proxy{}, Proxy{}, err
	}
	process, err := proc.Start(nil, programs.Nginx, "-e", "stderr", "-p", dir, "-c", file)
	if err != nil {
		return Proxy{}, Proxy{}, err
	}
	if err := waitUntilListening(ctx, process, values.TLS); err != nil {
		process.Stop()
		return Proxy{}, Proxy{}, err
	}
	plain = Proxy{Name: Nginx, Target: p.target(values.Plain, slugPlain), Process: process}
	overTLS = Proxy{Name: Nginx, Target: p.target(values.TLS, slugPlain), Process: process}
	return plain, overTLS, nil
}
