// Command bench measures Claviger beside its baselines and prints tables of
// paired ratios; docs/benchmarks.md says what they mean. It is run by
// "make bench", which builds what it needs.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/claviger/claviger/bench/internal/proxies"
	"github.com/claviger/claviger/bench/internal/suite"
)

// runTimeout bounds a run, whatever happens.
const runTimeout = 40 * time.Minute

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, runTimeout)
	defer cancel()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	bin := flag.String("bin", "bin/bench", "directory of mockprovider, reverseproxy and the profiled programs")
	claviger := flag.String("claviger", "bin/claviger", "the server to measure")
	quick := flag.Bool("quick", false, "measure briefly, to see that everything works")
	strict := flag.Bool("strict", false, "fail when a goal is missed")
	only := flag.String("only", "", "phases to run, with commas between: whole, shipping, limits, latency, fast, paced, tls, memory, start, profile, admin")
	profiles := flag.String("profiles", "", "directory to leave CPU profiles in")
	flag.Parse()

	c := suite.Config{
		Programs: proxies.Programs{
			Claviger:     *claviger,
			Mock:         filepath.Join(*bin, "mockprovider"),
			ReverseProxy: filepath.Join(*bin, "reverseproxy"),
			Nginx:        findNginx(),
		},
		Profiled: proxies.Programs{
			Claviger:     filepath.Join(*bin, "claviger-profiled"),
			ReverseProxy: filepath.Join(*bin, "reverseproxy-profiled"),
		},
		KeepProfiles: *profiles,
		Scale:        suite.Full,
		Out:          os.Stdout,
	}
	if *only != "" {
		c.Only = strings.Split(*only, ",")
	}
	if *quick {
		c.Scale = suite.Quick
	}
	begin := time.Now()
	fmt.Printf("Claviger benchmarks: %d processors, %s, %d rounds; ratios are medians of the rounds (least-greatest).\n",
		runtime.NumCPU(), runtime.Version(), c.Scale.Rounds)
	if c.Programs.Nginx == "" {
		fmt.Println("nginx is not installed, its columns stay empty: apt-get install nginx-light")
	}
	missed, err := suite.Run(ctx, c)
	if err != nil {
		return err
	}
	fmt.Printf("\n%d goals missed; the run took %v.\n", missed, time.Since(begin).Round(time.Second))
	if *strict && missed > 0 {
		return errors.New("goals were missed")
	}
	return nil
}

// findNginx looks where Debian puts it too, which is not in every user's path.
func findNginx() string {
	for _, name := range []string{"nginx", "/usr/sbin/nginx"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}
