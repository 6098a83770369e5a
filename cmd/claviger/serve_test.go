package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/authn"
)

const (
	adminKeyOfTests  = "the-admin-key-of-these-tests-0000001"
	callerKeyOfTests = "the-caller-key-of-these-tests-000001"
)

// installation is a server that runs in this process.
type installation struct {
	t      *testing.T
	dir    string
	args   []string
	env    []string
	stdout io.Writer // nil: the log

	url    string
	log    *log
	cancel context.CancelFunc
	exited chan int
}

// log collects what the server writes; it is safe for concurrent use.
type log struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

var readyLine = regexp.MustCompile(`msg=ready url=(\S+)`)

// start runs a fresh server with fixed keys.
func start(t *testing.T, args ...string) *installation {
	t.Helper()
	s := &installation{t: t, dir: t.TempDir(), args: args, env: []string{
		"CLAVIGER_LAME_DUCK=0s",
		"CLAVIGER_BOOTSTRAP_KEY=" + adminKeyOfTests, "CLAVIGER_BOOTSTRAP_WORKSPACE_KEY=" + callerKeyOfTests,
	}}
	s.start()
	return s
}

// start runs "claviger serve" and returns once it is ready.
func (s *installation) start() {
	s.t.Helper()
	var ctx context.Context
	ctx, s.cancel = context.WithCancel(context.Background())
	s.log, s.exited = &log{}, make(chan int, 1)
	stdout := s.stdout
	if stdout == nil {
		stdout = s.log
	}
	ready := make(chan struct{})
	stderr := &watcher{Writer: s.log, want: []byte("msg=ready"), found: sync.OnceFunc(func() { close(ready) })}
	args := append([]string{"serve", "--listen", "127.0.0.1:0", "--data-dir", s.dir}, s.args...)
	exited := s.exited
	go func() { exited <- run(ctx, args, s.env, stdout, stderr) }()
	s.t.Cleanup(func() { s.stop() })
	select {
	case <-ready:
		s.url = readyLine.FindStringSubmatch(s.log.String())[1]
	case status := <-s.exited:
		s.exited <- status
		s.t.Fatalf("ended with status %d before it was ready:\n%s", status, s.log)
	}
}

// stop asks the server to end and returns its exit status.
func (s *installation) stop() int {
	s.cancel()
	status := <-s.exited
	s.exited <- status
	return status
}

// send makes a request. body may be nil.
func (s *installation) send(method, path, key string, body any) *http.Response {
	s.t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		s.t.Fatal(err)
	}
	req, err := http.NewRequest(method, s.url+path, bytes.NewReader(text))
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("x-portkey-api-key", key)
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	return res
}

// want sends a request, wants a status, and returns the body.
func (s *installation) want(status int, method, path, key string, body any) string {
	s.t.Helper()
	res := s.send(method, path, key, body)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	if res.StatusCode != status {
		s.t.Fatalf("%s %s: %d %s, want %d", method, path, res.StatusCode, text, status)
	}
	return string(text)
}

func TestWhatIsServedWhere(t *testing.T) {
	s := start(t)
	tests := map[string]struct {
		method, path, key string
		status            int
		holds             string
	}{
		"a greeting":                          {"GET", "/", "", 200, `"name":"claviger"`},
		"the process lives":                   {"GET", "/healthz", "", 200, `"status":"ok"`},
		"it is ready, part by part":           {"GET", "/readyz", "", 200, `{"status":"ready","parts":{"ledger":{"ok":true},"store":{"ok":true}}}`},
		"metrics":                             {"GET", "/metrics", "", 200, "claviger_build_info{"},
		"metrics of the gateway":              {"GET", "/metrics", "", 200, "claviger_gateway_requests_total"},
		"the document of the API":             {"GET", "/openapi.json", "", 200, `"openapi":"3.1.0"`},
		"its pages":                           {"GET", "/docs", "", 200, "<html"},
		"the admin API":                       {"GET", "/v1/admin/workspaces", adminKeyOfTests, 200, `"object":"list"`},
		"the admin API of version 2":          {"GET", "/v2/admin/workspaces", adminKeyOfTests, 200, `"object":"list"`},
		"the gateway":                         {"GET", "/v1/models", callerKeyOfTests, 200, `"object":"list"`},
		"a probe by another method":           {"POST", "/healthz", "", 405, "Method not allowed"},
		"an unknown path":                     {"GET", "/nothing", "", 404, "AB08"},
		"an unknown route of the API":         {"GET", "/v1/nothing", adminKeyOfTests, 404, "AB08"},
		"a path that climbs":                  {"GET", "/v1/../v1/models", callerKeyOfTests, 404, "AB08"},
		"a gateway route by another method":   {"GET", "/v1/chat/completions", callerKeyOfTests, 405, "Method not allowed"},
		"the gateway by another spelling":     {"POST", "/v1/chat%2fcompletions", callerKeyOfTests, 404, "AB08"},
		"the gateway, letters encoded":        {"POST", "/v1/%63hat/completions", callerKeyOfTests, 404, "AB08"},
		"metrics by another spelling":         {"GET", "/%6detrics", "", 404, "AB08"},
		"the admin API by another spelling":   {"GET", "/v1/%61dmin/workspaces", adminKeyOfTests, 404, "AB08"},
		"an encoded name in a path":           {"GET", "/v1/integrations/%61bsent", adminKeyOfTests, 404, "integration not found"},
		"the gateway with an unknown key":     {"POST", "/v1/chat/completions", "nobody", 401, "Portkey Error: Invalid API Key. Error Code: 03"},
		"the admin API with an unknown key":   {"GET", "/v1/admin/workspaces", "nobody", 401, "AB05"},
		"the admin API without a key":         {"GET", "/v1/admin/workspaces", "", 401, "AB05"},
		"a model call with the admin key":     {"POST", "/v1/chat/completions", adminKeyOfTests, 403, "workspace API key"},
		"an admin call that a key may not do": {"POST", "/v1/admin/workspaces", callerKeyOfTests, 403, "AB03"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			res := s.send(tt.method, tt.path, tt.key, nil)
			defer res.Body.Close()
			body, err := io.ReadAll(res.Body)
			if err != nil {
				t.Fatal(err)
			}
			if res.StatusCode != tt.status || !strings.Contains(string(body), tt.holds) {
				t.Errorf("got %d %.300s, want %d with %q", res.StatusCode, body, tt.status, tt.holds)
			}
			if res.Header.Get("x-portkey-request-id") == "" {
				t.Error("no request id")
			}
			if strings.Contains(string(body), "-of-these-tests-") {
				t.Error("the answer holds a key")
			}
		})
	}
	if out := s.log.String(); strings.Contains(out, "-of-these-tests-") {
		t.Errorf("the log holds a key:\n%s", out)
	}
}

func TestAGatewayPathByAnotherMethodIsAnsweredAsByTheGateway(t *testing.T) {
	s := start(t)
	req, err := http.NewRequest(http.MethodDelete, s.url+"/v1/chat/completions", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("x-portkey-trace-id", "mine")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"status":"failure","message":"Method not allowed","error":{"message":"Method not allowed","type":"invalid_request_error","param":null,"code":null}}`
	if res.StatusCode != http.StatusMethodNotAllowed || res.Header.Get("Allow") != http.MethodPost || string(body) != want {
		t.Errorf("%d, allowed %q: %s", res.StatusCode, res.Header.Get("Allow"), body)
	}
	if id := res.Header.Get("x-claviger-entry-id"); id == "" || id != res.Header.Get("x-portkey-request-id") || res.Header.Get("x-portkey-trace-id") != "mine" {
		t.Errorf("headers %v", res.Header)
	}
}

func TestHeaderBombsAreRefused(t *testing.T) {
	s := start(t)
	req, err := http.NewRequest(http.MethodGet, s.url+"/v1/models", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("x-portkey-metadata", strings.Repeat("x", 2*maxHeaderBytes))
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Errorf("status %d", res.StatusCode)
	}
	s.want(200, "GET", "/healthz", "", nil)
}

func TestFailuresFromOneAddressAreSlowedDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := door{authn.New(authn.Options{Source: nobody{}}), authn.NewFailures(authn.FailureOptions{Free: 1, First: time.Minute, Longest: time.Minute, MaxWaiting: 1})}
		ask := func() error {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/v1/admin/workspaces", http.NoBody)
			r.Header.Set("x-portkey-api-key", "guess")
			_, err := d.caller(r)
			return err
		}
		began := time.Now()
		if err := ask(); claviger.CodeOf(err) != claviger.Unauthorised || time.Since(began) != 0 {
			t.Fatalf("the first failure: %v after %v", err, time.Since(began))
		}
		var waited error
		go func() { waited = ask() }()
		synctest.Wait()
		var busy *claviger.Error
		if err := ask(); !errors.As(err, &busy) || busy.Code != claviger.TooMany || busy.RetryAfter != time.Minute {
			t.Errorf("while one waits: %v", err)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if claviger.CodeOf(waited) != claviger.Unauthorised {
			t.Errorf("the one that waited: %v", waited)
		}
	})
}

// nobody is a store without keys.
type nobody struct{}

func (nobody) APIKeyByHash(context.Context, claviger.KeyHash) (claviger.APIKey, claviger.Workspace, error) {
	return claviger.APIKey{}, claviger.Workspace{}, claviger.Missing("api key")
}

func TestAnOrderlyEnd(t *testing.T) {
	s := start(t)
	began := time.Now()
	if status := s.stop(); status != exitOK {
		t.Errorf("status %d\n%s", status, s.log)
	}
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("an idle server took %v to stop", took)
	}
	if _, err := http.Get(s.url + "/healthz"); err == nil {
		t.Error("it still answers")
	}
}

func TestOneDataDirectoryHasOneServer(t *testing.T) {
	s := start(t)
	for _, args := range [][]string{{"serve", "--listen", "127.0.0.1:0"}, {"migrate"}} {
		var out log
		status := run(t.Context(), append(args, "--data-dir", s.dir), nil, &out, &out)
		if status != exitFailed || out.String() != "claviger "+args[0]+": another claviger process is using the data directory "+s.dir+"\n" {
			t.Errorf("%s beside a server: status %d\n%s", args[0], status, &out)
		}
	}
	s.want(200, "GET", "/readyz", "", nil)
}

func TestFirstStartsAtOnceLeaveOneServer(t *testing.T) {
	dir := t.TempDir()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var outs [4]log
	ended := make(chan string, len(outs))
	ready := make(chan struct{}, len(outs))
	for i := range outs {
		w := &watcher{Writer: &outs[i], want: []byte("msg=ready"), found: sync.OnceFunc(func() { ready <- struct{}{} })}
		go func() {
			run(ctx, []string{"serve", "--listen", "127.0.0.1:0", "--lame-duck", "0s", "--data-dir", dir}, nil, w, w)
			ended <- outs[i].String()
		}()
	}
	<-ready
	for range len(outs) - 1 {
		if out := <-ended; !strings.HasSuffix(out, "using the data directory "+dir+"\n") {
			t.Errorf("one of those that were late: %s", out)
		}
	}
	stop()
	if out := <-ended; !strings.Contains(out, "made the organisation") {
		t.Errorf("the first: %s", out)
	}
}
