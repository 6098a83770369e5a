package storetest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// Statements are the texts of statements that were run. The zero value is none;
// it is safe for concurrent use.
type Statements struct {
	mu   sync.Mutex
	seen map[string]bool
}

// Add notes a statement, unless it has no plan.
func (s *Statements) Add(query string) {
	if !planned(query) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.seen == nil {
		s.seen = map[string]bool{}
	}
	s.seen[query] = true
}

// planned tells the statements that have a plan from settings and the like.
func planned(query string) bool {
	verb, _, more := strings.Cut(query, " ")
	return more && slices.Contains([]string{"SELECT", "INSERT", "UPDATE", "DELETE"}, verb)
}

// All are those noted, in order.
func (s *Statements) All() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.seen))
}

// Complete fails for a statement in the source of the store, in dir, that was
// not run: its plan would be unknown.
func (s *Statements) Complete(t *testing.T, dir string) {
	t.Helper()
	run := strings.Join(s.All(), "\n")
	for name, texts := range written(t, dir) {
		for _, text := range texts {
			if !strings.Contains(run, text) {
				t.Errorf("%s was not run by the suite, so nobody knows its plan: %s", name, text)
			}
		}
	}
}

// written are the statements declared in the Go files of dir, by name.
func written(t *testing.T, dir string) map[string][]string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no source in %s: %v", dir, err)
	}
	r := reader{values: map[string]ast.Expr{}}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, text, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		r.declarations(f)
	}
	out := map[string][]string{}
	for name, value := range r.values {
		for _, text := range r.texts(value) {
			if planned(text) {
				out[name] = append(out[name], text)
			}
		}
	}
	if len(out) < 50 {
		t.Fatalf("only %d statements found in %s", len(out), dir)
	}
	return out
}

// reader knows the values of a package's constants and variables.
type reader struct{ values map[string]ast.Expr }

func (r reader) declarations(f *ast.File) {
	for _, d := range f.Decls {
		g, ok := d.(*ast.GenDecl)
		if !ok {
			continue
		}
		for _, spec := range g.Specs {
			if v, ok := spec.(*ast.ValueSpec); ok && len(v.Names) == len(v.Values) {
				for i, name := range v.Names {
					r.values[name.Name] = v.Values[i]
				}
			}
		}
	}
}

// texts are the strings that an expression stands for; none when it is not made
// of texts.
func (r reader) texts(e ast.Expr) []string {
	switch e := e.(type) {
	case *ast.BasicLit:
		if text, err := strconv.Unquote(e.Value); err == nil && e.Kind == token.STRING {
			return []string{text}
		}
	case *ast.Ident:
		if value, ok := r.values[e.Name]; ok {
			return r.texts(value)
		}
	case *ast.ParenExpr:
		return r.texts(e.X)
	case *ast.BinaryExpr:
		left, right := r.texts(e.X), r.texts(e.Y)
		if len(left) == 1 && len(right) == 1 {
			return []string{left[0] + right[0]}
		}
	case *ast.CallExpr: // of(alias, columns), the one function that texts are made with
		if f, ok := e.Fun.(*ast.Ident); ok && f.Name == "of" && len(e.Args) == 2 {
			alias, columns := r.texts(e.Args[0]), r.texts(e.Args[1])
			if len(alias) == 1 && len(columns) == 1 {
				names := strings.Split(columns[0], ",")
				for i, n := range names {
					names[i] = alias[0] + "." + strings.TrimSpace(n)
				}
				return []string{strings.Join(names, ", ")}
			}
		}
	case *ast.CompositeLit:
		var all []string
		for _, item := range e.Elts {
			all = append(all, r.texts(item)...)
		}
		return all
	}
	return nil
}
