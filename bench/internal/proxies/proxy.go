// Package proxies starts what the benchmarks compare: the provider itself, the
// baselines, and Claviger, each as a process of its own on loopback ports.
package proxies

import (
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"path/filepath"
	"time"

	"github.com/claviger/claviger/bench/internal/load"
	"github.com/claviger/claviger/bench/internal/proc"
	"github.com/claviger/claviger/bench/internal/workload"
)

// Names of the proxies, as the tables show them.
const (
	Direct       = "direct"
	ReverseProxy = "ReverseProxy"
	Nginx        = "nginx"
	Claviger     = "Claviger"
)

// Proxy is one way to the provider.
type Proxy struct {
	Name   string
	Target load.Target
	// Process is the proxy's; nil for the way without one.
	Process *proc.Process
	// Settle waits until the proxy's work after its answers is done; nil when
	// it has none.
	Settle func(ctx context.Context) error
	// Hold puts that work off until release is called; nil when it has none.
	Hold func(ctx context.Context) (release func() error, err error)
}

// Provider is where the mock provider listens.
type Provider struct {
	Plain, TLS string // host:port
	Cert       string // file with the certificate of TLS, PEM
	callerKey  string // what the callers of Claviger send as their key
	processes  []*proc.Process
}

// Programs says where the programs are.
type Programs struct {
	Claviger     string
	Mock         string
	ReverseProxy string
	Nginx        string // empty: not installed
}

// StartProvider starts the mock provider, once in plain and once in TLS. dir
// takes its certificate.
func StartProvider(programs Programs, dir string) (*Provider, error) {
	p := &Provider{Cert: filepath.Join(dir, "provider.pem"), callerKey: "bench-caller-" + rand.Text() + rand.Text()}
	for _, listener := range []struct {
		addr *string
		args []string
	}{{&p.Plain, nil}, {&p.TLS, []string{"-cert", p.Cert}}} {
		process, addr, err := proc.StartPrintingAddress(nil, programs.Mock, listener.args...)
		if err != nil {
			p.Stop()
			return nil, err
		}
		p.processes = append(p.processes, process)
		*listener.addr = addr
	}
	return p, nil
}

// Direct is the way to the provider without a proxy.
func (p *Provider) Direct() Proxy {
	return Proxy{Name: Direct, Target: p.target(p.Plain, slugPlain)}
}

// target makes the same request for every proxy, whether it needs the headers
// or not: reading and forwarding them is part of a proxy's work.
func (p *Provider) target(addr, slug string) load.Target {
	return load.Target{Addr: addr, Path: workload.Path, Headers: load.Header("User-Agent", "claviger-bench") +
		load.Header("Accept", "*/*") +
		load.Header("x-portkey-api-key", p.callerKey) +
		load.Header("x-portkey-provider", "@"+slug)}
}

// Stop ends the provider.
func (p *Provider) Stop() {
	for _, process := range p.processes {
		process.Stop()
	}
}

// startTimeout bounds how long a proxy may take to become ready.
const startTimeout = 30 * time.Second

// waitUntilListening waits until something accepts connections at addr.
func waitUntilListening(ctx context.Context, p *proc.Process, addr string) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	return p.WaitUntil(ctx, func() bool {
		c, err := net.DialTimeout("tcp", addr, time.Second)
		if err != nil {
			time.Sleep(time.Millisecond)
			return false
		}
		_ = c.Close()
		return true
	})
}

// freeAddr finds a loopback port that nobody listens on.
func freeAddr() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a free port: %w", err)
	}
	defer l.Close()
	return l.Addr().String(), nil
}
