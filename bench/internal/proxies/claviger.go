package proxies

import (
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"time"

	"github.com/claviger/claviger/bench/internal/proc"
)

// ClavigerServer is an installation of Claviger: a data directory, keys, and between Start and
// Stop a running server. Its methods are not safe for concurrent use.
type ClavigerServer struct {
	program  string
	provider *Provider
	dir      string
	addr     string
	adminKey string
	process  *proc.Process
}

// NewClaviger prepares an installation of program in dir; nothing runs yet.
func NewClaviger(program string, p *Provider, dir string) (*ClavigerServer, error) {
	addr, err := freeAddr()
	if err != nil {
		return nil, err
	}
	return &ClavigerServer{
		program: program, provider: p, dir: dir, addr: addr,
		adminKey: "bench-admin-" + rand.Text(),
	}, nil
}

// Start starts the server and says how long it took until /readyz answered 200.
// Further environment (KEY=value) may be given.
func (s *ClavigerServer) Start(ctx context.Context, env ...string) (time.Duration, error) {
	env = append([]string{
		trust(s.provider),
		"CLAVIGER_BOOTSTRAP_KEY=" + s.adminKey,
		"CLAVIGER_BOOTSTRAP_WORKSPACE_KEY=" + s.provider.callerKey,
		"CLAVIGER_BOOTSTRAP_EMAIL=bench@example.com",
	}, env...)
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	begin := time.Now()
	process, err := proc.Start(env, s.program, "serve", "--listen", s.addr, "--data-dir", s.dir)
	if err != nil {
		return 0, err
	}
	if err := process.WaitUntil(ctx, s.ready); err != nil {
		process.Stop()
		return 0, err
	}
	s.process = process
	return time.Since(begin), nil
}

// ready asks /readyz once.
func (s *ClavigerServer) ready() bool {
	c, err := net.DialTimeout("tcp", s.addr, time.Second)
	if err != nil {
		// Asking at full speed would take the processor from the start itself.
		time.Sleep(500 * time.Microsecond)
		return false
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(time.Second))
	if _, err := fmt.Fprintf(c, "GET /readyz HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", s.addr); err != nil {
		return false
	}
	var status int
	if _, err := fmt.Fscanf(c, "HTTP/1.1 %d", &status); err != nil {
		return false
	}
	return status == 200
}

// Stop stops the server; the data stay.
func (s *ClavigerServer) Stop() {
	if s.process != nil {
		s.process.Stop()
		s.process = nil
	}
}

// Process is the running server; nil when stopped.
func (s *ClavigerServer) Process() *proc.Process { return s.process }

// Proxy is the way through the running server to the provider, in plain or over
// TLS. Set up must have been done once.
func (s *ClavigerServer) Proxy(overTLS bool) Proxy {
	slug := slugPlain
	if overTLS {
		slug = slugTLS
	}
	return Proxy{Name: Claviger, Target: s.provider.target(s.addr, slug), Process: s.process,
		Settle: s.settle, Hold: s.holdLedger}
}
