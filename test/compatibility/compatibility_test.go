// Package compatibility writes docs/compatibility.md from /openapi.json, the
// gateway's routes and what is known of the API that both are compatible with.
package compatibility

import (
	"bytes"
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/claviger/claviger/internal/gateway"
	"github.com/claviger/claviger/test/openapi"
)

var update = flag.Bool("update", false, "write docs/compatibility.md anew")

const page = "../../docs/compatibility.md"

func TestPageIsUpToDate(t *testing.T) {
	reference, served, differences := referenceRoutes(t), servedRoutes(t), knownDifferences(t)
	for _, d := range differences {
		if d.route != everywhere && !slices.ContainsFunc(reference, func(r route) bool { return r.String() == d.route }) {
			t.Errorf("a difference is known of %s, which is no route of the reference", d.route)
		}
	}
	var b bytes.Buffer
	write(&b, reference, served, differences)
	if *update {
		if err := os.WriteFile(page, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, b.Bytes()) {
		t.Error("docs/compatibility.md is stale: make compatibility")
	}
}

// route is a route below /v1.
type route struct {
	plane, area, method, path string
	unpublished               bool // known from documentation and clients alone
}

// String is the route as differences name it.
func (r route) String() string { return r.method + " " + r.path }

// same is the route whatever its parameters are called.
func (r route) same() string {
	parts := strings.Split(r.path, "/")
	for i, p := range parts {
		if strings.HasPrefix(p, "{") {
			parts[i] = "{}"
		}
	}
	return r.method + " " + strings.Join(parts, "/")
}

func referenceRoutes(t *testing.T) (out []route) {
	t.Helper()
	for line := range lines(t, "reference_routes.txt") {
		f := strings.Fields(line)
		if len(f) != 4 && (len(f) != 5 || f[4] != "*") {
			t.Fatalf("reference_routes.txt: %q", line)
		}
		out = append(out, route{f[0], f[1], f[2], f[3], len(f) == 5})
	}
	return out
}

// servedRoutes are those this product has, in no order.
func servedRoutes(t *testing.T) (out []route) {
	t.Helper()
	operations, err := openapi.Operations()
	if err != nil || len(operations) < 20 {
		t.Fatalf("%d operations, %v", len(operations), err)
	}
	for _, op := range operations {
		out = append(out, route{plane: "admin", method: op.Method, path: op.Path})
	}
	for path, method := range gateway.Routes() {
		out = append(out, route{plane: "gateway", method: method, path: strings.TrimPrefix(path, "/v1")})
	}
	return out
}

// everywhere is the route of differences that all routes have.
const everywhere = "all"

type difference struct{ route, what, why string }

func knownDifferences(t *testing.T) (out []difference) {
	t.Helper()
	for line := range lines(t, "differences.txt") {
		f := strings.Split(line, " | ")
		if len(f) != 3 {
			t.Fatalf("differences.txt: %q", line)
		}
		out = append(out, difference{f[0], f[1], f[2]})
	}
	return out
}

// lines are those of a file that are no comments.
func lines(t *testing.T, name string) func(func(string) bool) {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return func(yield func(string) bool) {
		for line := range strings.Lines(string(text)) {
			if line = strings.TrimSpace(line); line != "" && line[0] != '#' && !yield(line) {
				return
			}
		}
	}
}
