// Package layout checks which way the packages of the module import one another.
package layout

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/claviger/claviger"

// may says which packages of the module each may import; "root" is the module's
// own package, and "x/..." is x and what is below it. What is not in the table
// may be imported by nobody and imports nothing of the module, so every new
// package needs its row.
var may = map[string][]string{
	"root":   {"internal/secret"},
	"secret": {},
	"config": {"internal/secret"},
	"sse":    {},
	"llm":    {"root", "internal/sse"},
	"authz":  {"root"},
	"authn":  {"root", "internal/authz", "internal/secret"},
	"audit":  {"root", "internal/authz", "internal/secret"},
	"vault":  {"root", "internal/secret"},

	"vault/kek/file": {"internal/secret"},

	"store":           {"root"},
	"store/sqlite":    {"root", "internal/store"},
	"store/postgres":  {"root", "internal/store"},
	"store/storetest": {"root", "internal/store"},
	// A database server for tests, and nothing else.
	"store/storetest/pgtest":     {},
	"store/storetest/sqlitetest": {"internal/store/sqlite"},

	"limits":            {"root"},
	"limits/memory":     {"root", "internal/limits"},
	"limits/limitstest": {"root", "internal/limits"},
	"ledger":            {"root", "internal/llm"},
	"httpx":             {"root", "internal/authz"},

	"provider":     dialect,
	"provider/all": {"internal/provider/..."},

	"admin":    {"root", "internal/secret", "internal/authz", "internal/audit", "internal/vault", "internal/provider", "internal/catalogue", "internal/limits", "internal/pricing"},
	"adminapi": {"root", "internal/secret", "internal/authz", "internal/admin", "internal/httpx"},
	"gateway": {"root", "internal/authn", "internal/authz", "internal/secret", "internal/httpx", "internal/provider",
		"internal/llm", "internal/sse", "internal/limits", "internal/catalogue", "internal/pricing", "internal/ledger", "internal/vault",
		"internal/upstream"},
	"console":  {},
	"emulator": {},
	// Facts from a file, and integer money.
	"catalogue": {},
	"pricing":   {"root", "internal/catalogue"},
	// The lean way to providers: the standard library alone.
	"upstream": {},
}

// dialect is what a provider may import, and each folder of one beside the
// contract itself.
var dialect = []string{"root", "internal/llm", "internal/sse", "internal/secret"}

// shared are the folders of providers that other folders may import: OpenAI's
// dialect, which many speak, and what the kinds of one cloud have in common.
var shared = []string{"internal/provider/openai", "internal/provider/aws", "internal/provider/azure"}

// allowed returns the row of a package.
func allowed(pkg string) ([]string, bool) {
	row, ok := may[pkg]
	if !ok && strings.HasPrefix(pkg, "provider/") {
		return append(append([]string{"internal/provider"}, shared...), dialect...), true
	}
	return row, ok
}

func TestImportsRunOneWay(t *testing.T) {
	for _, p := range list(t) {
		name, inner := inModule(p.ImportPath)
		name, internal := strings.CutPrefix(name, "internal/")
		if !inner || !internal && name != "root" || name == "layout" {
			continue // commands, benchmarks and end-to-end tests may import anything
		}
		row, ok := allowed(name)
		if !ok {
			t.Errorf("%s has no row in the table", name)
			continue
		}
		for _, imported := range p.Imports {
			to, inner := inModule(imported)
			if inner && !slices.ContainsFunc(row, func(rule string) bool { return matches(rule, to) }) {
				t.Errorf("%s must not import %s", name, to)
			}
		}
	}
}

// The table of the design is strict where it matters most: the planes know no
// database and no dialect, whoever they import.
func TestPlanesKnowNoImplementation(t *testing.T) {
	for _, p := range list(t) {
		name, _ := inModule(p.ImportPath)
		if name != "internal/admin" && name != "internal/gateway" && name != "internal/adminapi" {
			continue
		}
		for _, dep := range p.Deps {
			to, inner := inModule(dep)
			if inner && (strings.HasPrefix(to, "internal/store") || strings.HasPrefix(to, "internal/provider/") || strings.HasPrefix(to, "internal/limits/")) || dep == "database/sql" {
				t.Errorf("%s depends on %s", name, dep)
			}
		}
	}
}

func matches(rule, pkg string) bool {
	if tree, ok := strings.CutSuffix(rule, "/..."); ok {
		return pkg == tree || strings.HasPrefix(pkg, tree+"/")
	}
	return rule == pkg
}

// inModule is the path of a package within the module.
func inModule(path string) (string, bool) {
	if path == module {
		return "root", true
	}
	return strings.CutPrefix(path, module+"/")
}

type listed struct {
	ImportPath    string
	Imports, Deps []string
}

func list(t *testing.T) (out []listed) {
	t.Helper()
	cmd := exec.Command("go", "list", "-e", "-json=ImportPath,Imports,Deps", module, module+"/internal/...")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	text, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, &stderr)
	}
	for dec := json.NewDecoder(bytes.NewReader(text)); ; {
		var p listed
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return out
		} else if err != nil {
			t.Fatal(err)
		}
		out = append(out, p)
	}
}
