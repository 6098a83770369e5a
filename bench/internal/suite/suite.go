// Package suite runs the benchmarks and prints their tables. Within a phase the
// proxies take turns (A B C A B C ...), so that each round compares figures that
// were measured seconds apart.
package suite

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/claviger/claviger/bench/internal/proxies"
	"github.com/claviger/claviger/bench/internal/report"
)

// Scale says how long and how often things are measured.
type Scale struct {
	Rounds  int           // of each phase under load
	Window  time.Duration // of load per proxy and round
	Paced   int           // requests per proxy and round of the paced phase
	Memory  int           // rounds of the memory phase, each with new processes
	Starts  int           // starts that are timed
	Profile time.Duration // of load under the profiler
	// Integrations are those of the large installation of the admin phase,
	// AdminRequests the requests of each kind per round.
	Integrations, AdminRequests int
}

// Full is the default; Quick only shows that everything works.
var (
	Full  = Scale{Rounds: 5, Window: 2 * time.Second, Paced: 3000, Memory: 3, Starts: 9, Profile: 6 * time.Second, Integrations: 1_000_000, AdminRequests: 100}
	Quick = Scale{Rounds: 1, Window: 400 * time.Millisecond, Paced: 400, Memory: 1, Starts: 3, Profile: 700 * time.Millisecond, Integrations: 100_000, AdminRequests: 50}
)

// Config is what a run needs.
type Config struct {
	Programs proxies.Programs
	Profiled proxies.Programs // those built with the profiling hook; not there: no profile
	// KeepProfiles is a directory to leave CPU profiles in; empty: nowhere.
	KeepProfiles string
	Scale        Scale
	Only         []string // names of the phases to run; none: all
	Out          io.Writer
}

// suite is a run under way.
type suite struct {
	Config
	dir      string
	provider *proxies.Provider
	server   *proxies.ClavigerServer
	direct   proxies.Proxy
	plain    []proxies.Proxy // in the order of the tables; Claviger last
	overTLS  []proxies.Proxy
	missed   int
	stops    []func()
	whole    *samples // of the whole answers, for the table of shipping
	// installations are those made besides server, by name; not running.
	installations map[string]*proxies.ClavigerServer
}

// Run runs all phases and returns how many goals were missed. Its error means
// that the benchmarks could not be made, not that something was slow.
func Run(ctx context.Context, c Config) (missed int, err error) {
	dir, err := os.MkdirTemp("", "claviger-bench-")
	if err != nil {
		return 0, err
	}
	s := &suite{Config: c, dir: dir, installations: map[string]*proxies.ClavigerServer{}}
	defer s.stop()
	if err := s.start(ctx); err != nil {
		return 0, err
	}
	for _, p := range s.phases() {
		if len(s.Only) > 0 && !slices.Contains(s.Only, p.name) {
			continue
		}
		table, err := p.run(ctx)
		switch {
		case errors.Is(err, errSkipped):
			fmt.Fprintf(s.Out, "\n%v\n", err)
			continue
		case err != nil:
			return s.missed, fmt.Errorf("%s: %w", p.name, err)
		}
		for _, g := range table.Goals {
			if !g.Met() {
				s.missed++
			}
		}
		if err := table.Write(s.Out); err != nil {
			return s.missed, err
		}
	}
	return s.missed, nil
}

// phase is one table.
type phase struct {
	name string
	run  func(context.Context) (report.Table, error)
}

func (s *suite) phases() []phase {
	return []phase{
		{"whole", s.nonStream}, {"shipping", s.shipping}, {"limits", s.limits}, {"latency", s.latency},
		{"fast", s.fastStreams}, {"paced", s.pacedStreams}, {"tls", s.tls},
		{"memory", s.memory}, {"start", s.starts}, {"profile", s.profile}, {"admin", s.admin},
	}
}

// errSkipped ends a phase that this machine cannot run.
var errSkipped = errors.New("skipped")

// start starts the provider and all proxies.
func (s *suite) start(ctx context.Context) (err error) {
	if s.provider, err = proxies.StartProvider(s.Programs, s.dir); err != nil {
		return err
	}
	s.stops = append(s.stops, s.provider.Stop)
	s.direct = s.provider.Direct()

	for _, overTLS := range []bool{false, true} {
		p, err := proxies.StartReverseProxy(s.Programs, s.provider, overTLS)
		if err != nil {
			return err
		}
		s.stops = append(s.stops, p.Process.Stop)
		s.add(overTLS, p)
	}
	if s.Programs.Nginx != "" {
		plain, overTLS, err := s.startNginx(ctx)
		if err != nil {
			return err
		}
		s.stops = append(s.stops, plain.Process.Stop)
		s.add(false, plain)
		s.add(true, overTLS)
	}
	if s.server, err = s.newClaviger("claviger", s.Programs.Claviger); err != nil {
		return err
	}
	if _, err := s.server.Start(ctx); err != nil {
		return err
	}
	s.stops = append(s.stops, s.server.Stop)
	if err := s.server.SetUp(ctx); err != nil {
		return err
	}
	s.add(false, s.server.Proxy(false))
	s.add(true, s.server.Proxy(true))
	return nil
}

func (s *suite) add(overTLS bool, p proxies.Proxy) {
	if overTLS {
		s.overTLS = append(s.overTLS, p)
	} else {
		s.plain = append(s.plain, p)
	}
}

// stop ends all processes and removes what they wrote.
func (s *suite) stop() {
	for i := len(s.stops) - 1; i >= 0; i-- {
		s.stops[i]()
	}
	_ = os.RemoveAll(s.dir)
}

// subdir makes a directory for one process.
func (s *suite) subdir(name string) (string, error) {
	dir := filepath.Join(s.dir, name)
	return dir, os.MkdirAll(dir, 0o700)
}

func (s *suite) startNginx(ctx context.Context) (plain, overTLS proxies.Proxy, err error) {
	dir, err := s.subdir("nginx")
	if err != nil {
		return plain, overTLS, err
	}
	return proxies.StartNginx(ctx, s.Programs, s.provider, dir)
}

// newClaviger prepares an installation of program in a directory of its own.
func (s *suite) newClaviger(name, program string) (*proxies.ClavigerServer, error) {
	dir, err := s.subdir(name)
	if err != nil {
		return nil, err
	}
	return proxies.NewClaviger(program, s.provider, dir)
}
