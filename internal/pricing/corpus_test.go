package pricing_test

import (
	"bytes"
	"encoding/json"
	"math/big"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/catalogue"
	"github.com/claviger/claviger/internal/llm"
	"github.com/claviger/claviger/internal/pricing"
	"github.com/claviger/claviger/internal/provider"
	"github.com/claviger/claviger/internal/provider/all"
	"github.com/claviger/claviger/internal/secret"
	"github.com/claviger/claviger/internal/sse"
)

// The corpus holds answers as providers give them, with the tokens that are in
// them and what these cost, worked out by hand. testdata/corpus/README.md says
// how a file is made.

// exchange is one file of the corpus.
type exchange struct {
	about map[string]string
	sum   string // the calculation
	parts map[string][]byte
}

func readExchange(t *testing.T, file string) exchange {
	t.Helper()
	a, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	e := exchange{map[string]string{}, string(a.Comment), map[string][]byte{}}
	for line := range strings.Lines(string(a.Comment)) {
		if name, value, ok := strings.Cut(line, ": "); ok && !strings.HasPrefix(line, " ") {
			e.about[name] = strings.TrimSpace(value)
		}
	}
	for _, f := range a.Files {
		e.parts[f.Name] = f.Data
	}
	return e
}

func TestCorpus(t *testing.T) {
	registry := all.Registry()
	seen := map[string]bool{}
	files, err := filepath.Glob("testdata/corpus/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("there is no corpus", err)
	}
	for _, file := range files {
		e := readExchange(t, file)
		seen[e.about["kind"]] = true
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) { e.check(t, registry) })
	}
	for _, id := range registry.IDs() {
		if registry.Adapter(id).Spec().NotCallable == "" && !seen[id] {
			t.Errorf("%s can be called, and the corpus has no answer of it", id)
		}
	}
}

func (e exchange) check(t *testing.T, registry *provider.Registry) {
	used := e.decode(t, registry)
	var want claviger.Tokens
	dec := json.NewDecoder(bytes.NewReader(e.parts["tokens.json"]))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&want); err != nil {
		t.Fatal("tokens.json", err)
	}
	if d := cmp.Diff(want, used); d != "" {
		t.Error(d)
	}
	cost, err := strconv.ParseInt(e.about["cost"], 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	e.checkSum(t, cost)
	q := e.quote(t)
	if got := q.Cost(used); got != cost {
		t.Errorf("Cost = %d, want %d\n%+v", got, cost, q.Bill(used))
	}
	if used.WebSearches == 0 && q.Most(used.In(), used.Out()) < cost {
		t.Errorf("Most = %d, and it costs %d", q.Most(used.In(), used.Out()), cost)
	}
}

// decode is what the gateway finds in the answer.
func (e exchange) decode(t *testing.T, registry *provider.Registry) claviger.Tokens {
	t.Helper()
	s := provider.Settings{AIProvider: e.about["kind"], Key: secret.New("sk-none"), Plain: map[string]json.RawMessage{}, Secret: map[string]secret.String{}}
	if raw := e.parts["settings.json"]; raw != nil {
		if err := json.Unmarshal(raw, &s.Plain); err != nil {
			t.Fatal(err)
		}
	}
	account, err := registry.Adapter(s.AIProvider).Compile(s)
	if err != nil {
		t.Fatal(err)
	}
	r, err := llm.Scan(e.parts["request.json"])
	if err != nil {
		t.Fatal(err)
	}
	call := provider.Call{Operation: provider.Operation(e.about["operation"]), Request: r, Model: e.about["model"], Strict: true}
	if _, err := account.Encode(call); err != nil {
		t.Fatal("the kind does not take the request:", err)
	}
	d := account.Decode(call)
	if body := e.parts["answer.json"]; body != nil {
		if _, err := d.Body(body); err != nil {
			t.Fatal(err)
		}
	}
	for rest := e.parts["stream"]; len(rest) > 0; {
		n := sse.Next(rest)
		if n == 0 {
			break // cut off
		}
		if _, _, err := d.Frame(nil, rest[:n:n]); err != nil {
			t.Fatal(err)
		}
		rest = rest[n:]
	}
	u, known := d.Usage()
	if known == (e.about["estimated"] == "yes") {
		t.Errorf("usage is said: %v", known)
	}
	return u.Tokens
}

// quote is the price that the file gives, in the words of the catalogue.
func (e exchange) quote(t *testing.T) *pricing.Quote {
	t.Helper()
	line := strings.Join([]string{e.about["kind"], e.about["model"], "chat", "-", e.about["price"], "-", "-"}, "\t")
	c, err := catalogue.Load(strings.NewReader("claviger-catalogue 1\n" + line + "\n"))
	if err != nil {
		t.Fatal(err)
	}
	q, err := pricing.New(pricing.Input{Catalogue: c, AIProvider: e.about["kind"], Model: e.about["model"]})
	if err != nil || !q.Priced() {
		t.Fatal("there is no price", err)
	}
	return q
}

// term is a line of a calculation: quantity unit x dollars per million = nano-dollars.
var term = regexp.MustCompile(`(?m)^ +([0-9]+) [a-z0-9_ ]+ x ([0-9.]+) = ([0-9.]+)$`)

// checkSum checks the arithmetic of the file itself.
func (e exchange) checkSum(t *testing.T, cost int64) {
	t.Helper()
	terms := term.FindAllStringSubmatch(e.sum, -1)
	total := new(big.Rat)
	for _, m := range terms {
		quantity, rate, amount := new(big.Rat), new(big.Rat), new(big.Rat)
		quantity.SetString(m[1])
		rate.SetString(m[2])
		amount.SetString(m[3])
		if product := quantity.Mul(quantity, rate); product.Mul(product, big.NewRat(1000, 1)).Cmp(amount) != 0 {
			t.Errorf("%s: it is %s", m[0], product.FloatString(6))
		}
		total.Add(total, amount)
	}
	up := new(big.Int).Add(total.Num(), new(big.Int).Sub(total.Denom(), big.NewInt(1)))
	if up.Quo(up, total.Denom()); len(terms) == 0 || !up.IsInt64() || up.Int64() != cost {
		t.Errorf("the lines come to %s, the file says %d", up, cost)
	}
}
