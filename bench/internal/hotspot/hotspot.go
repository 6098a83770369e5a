// Package hotspot sums up a CPU profile of a proxy by the parts of the program, so
// that a reader sees what to work on without knowing its functions.
package hotspot

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Times is the sampled processor time per part.
type Times map[string]time.Duration

const (
	other   = "everything else"
	runtime = "scheduler and timers of the runtime"
	// All is the sum of the parts.
	All = "all of these"
	// SystemCalls is what all parts together spend in the kernel.
	SystemCalls = "of that in system calls"
)

const module = "github.com/claviger/claviger/internal/"

// parts are looked for from the innermost call outward; the first match of any
// prefix decides, so memory allocated for a part counts as memory.
var parts = []struct {
	name     string
	prefixes []string
}{
	{"memory: allocation, collection", []string{
		"runtime.mallocgc", "runtime.newobject", "runtime.makeslice", "runtime.growslice", "runtime.gc", "runtime.bgsweep",
		"runtime.bgscavenge", "runtime.(*mheap)", "runtime.(*mcache)", "runtime.wbBufFlush"}},
	{"ledger shipping: decoding, SQL, database", []string{
		module + "store", "modernc.org/", "database/sql", module + "ledger.(*Shipper)", module + "ledger.(*shipper)"}},
	{"journal", []string{module + "ledger"}},
	{"authentication", []string{module + "authn", module + "authz"}},
	{"admission", []string{module + "limits"}},
	{"scan and edit of bodies, usage", []string{module + "llm", module + "provider", module + "pricing"}},
	{"event streams", []string{module + "sse"}},
	{"TLS", []string{"crypto/tls"}},
	{"HTTP to the provider (net/http.Transport)", []string{
		"net/http.(*Transport)", "net/http.(*persistConn)", "net/http.persistConnWriter", "net/http.(*Request).write",
		"net/http.ReadResponse", "net/http.(*bodyEOFSignal)", "net/http.(*transferWriter)", "net/http.(*wantConn)",
		"net/http.setRequestCancel", "net/http.send"}},
	{"HTTP to the client (net/http.Server)", []string{
		"net/http.(*conn)", "net/http.(*connReader)", "net/http.checkConnErrorWriter", "net/http.(*response)",
		"net/http.(*chunkWriter)", "net/http.readRequest", "net/http.(*Server)", "net/http.(*ServeMux)",
		"net/http.(*timeoutHandler)", "net/http.(*ResponseController)"}},
	{"edge: request ids, limits of size, metrics", []string{module + "httpx", "github.com/prometheus/"}},
	{"proxy: routing, copying, settling", []string{module + "gateway", "net/http/httputil"}},
}

// Parts lists the names of the parts, in the order for a table.
func Parts() []string {
	var names []string
	for _, p := range parts {
		names = append(names, p.name)
	}
	return append(names, runtime, other, All, SystemCalls)
}

// Sum reads what "go tool pprof -traces" prints.
func Sum(traces []byte) (Times, error) {
	times := Times{}
	for _, block := range bytes.Split(traces, []byte("\n-----------+"))[1:] {
		took, frames, err := parseTrace(block)
		if err != nil {
			return nil, err
		}
		times[All] += took
		times[part(frames)] += took
		if inKernel(frames) {
			times[SystemCalls] += took
		}
	}
	if times[All] == 0 {
		return nil, errors.New("the profile is empty")
	}
	return times, nil
}

// parseTrace takes one stack apart: its time and its functions, innermost first.
func parseTrace(block []byte) (took time.Duration, frames []string, err error) {
	lines := bufio.NewScanner(bytes.NewReader(block))
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		switch {
		case len(fields) == 0 || strings.HasPrefix(fields[0], "---"):
		case len(frames) > 0:
			frames = append(frames, fields[0])
		case len(fields) >= 2:
			if took, err = time.ParseDuration(strings.Replace(fields[0], "mins", "m", 1)); err != nil {
				return 0, nil, fmt.Errorf("profile: %w", err)
			}
			frames = append(frames, fields[1])
		}
	}
	return took, frames, lines.Err()
}

// part finds the part that a stack belongs to.
func part(frames []string) string {
	for _, f := range frames {
		for _, p := range parts {
			for _, prefix := range p.prefixes {
				if strings.HasPrefix(f, prefix) {
					return p.name
				}
			}
		}
	}
	for _, f := range frames {
		if !strings.HasPrefix(f, "runtime.") && !strings.HasPrefix(f, "internal/runtime/") {
			return other
		}
	}
	return runtime
}

// inKernel tells whether a stack ends in a system call.
func inKernel(frames []string) bool {
	if len(frames) == 0 {
		return false
	}
	f := frames[0]
	return strings.HasSuffix(f, ".Syscall6") || strings.HasSuffix(f, ".RawSyscall6") ||
		f == "runtime.futex" || f == "runtime.write1" || f == "runtime.usleep"
}
