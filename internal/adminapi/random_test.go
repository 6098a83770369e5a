package adminapi

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// requests draws requests that are nearly as the document says.
type requests struct {
	*rapid.T
	doc    tree
	names  []string // of things there are, to be named in paths and bodies
	canary int      // makes every text that is sent another one
	secret string   // what was sent as a key
}

// mark is in every text that is sent, and in no answer that refuses it.
const mark = "zq7marked"

// request is one for an operation; fields are the names that an answer may
// speak of.
func (q *requests) request(method, path string, op tree) (r *http.Request, fields map[string]bool) {
	// The last two are fields of the thing, which refuse what was sent.
	fields = map[string]bool{"body": true, "model_config": true, "key_transition_expires_at": true}
	query := url.Values{}
	parameters, _ := op["parameters"].([]any)
	for _, p := range parameters {
		p := p.(tree)
		name := p["name"].(string)
		fields[name] = true
		switch {
		case p["in"] == "path":
			path = strings.ReplaceAll(path, "{"+name+"}", url.PathEscape(q.segment(name)))
		case rapid.Bool().Draw(q.T, "has "+name):
			query.Set(name, fmt.Sprint(q.value(p["schema"].(tree), 0, name)))
		}
	}
	var body string
	if schema, ok := reachSchema(op["requestBody"]); ok {
		value := q.value(schema, 0, "body")
		if object, ok := value.(tree); ok {
			for name := range object {
				fields[name] = true
			}
		}
		if properties, ok := q.resolve(schema)["properties"].(tree); ok {
			for name := range properties {
				fields[name] = true
			}
		}
		raw, err := json.Marshal(value)
		if err != nil {
			q.Fatal(err)
		}
		body = string(raw)
	}
	r = httptest.NewRequest(method, "http://claviger.test/v1"+path, strings.NewReader(body))
	r.URL.RawQuery = query.Encode()
	return r, fields
}

func reachSchema(body any) (tree, bool) {
	b, _ := body.(tree)
	c, _ := b["content"].(tree)
	m, _ := c[mediaType].(tree)
	s, ok := m["schema"].(tree)
	return s, ok
}

// segment is an element of a path.
func (q *requests) segment(name string) string {
	switch name {
	case "type":
		return rapid.SampledFrom([]string{"workspace", "organisation", "other"}).Draw(q.T, name)
	case "subType", "sub-type":
		return rapid.SampledFrom([]string{"service", "user", "other"}).Draw(q.T, name)
	}
	return rapid.SampledFrom(q.names).Draw(q.T, name)
}

func (q *requests) resolve(schema tree) tree {
	for {
		ref, ok := schema["$ref"].(string)
		if !ok {
			return schema
		}
		name := ref[strings.LastIndex(ref, "/")+1:]
		schema = q.doc["components"].(tree)["schemas"].(tree)[name].(tree)
	}
}

// value is one that a schema allows, mostly.
func (q *requests) value(schema tree, depth int, name string) any {
	schema = q.resolve(schema)
	if rapid.IntRange(0, 24).Draw(q.T, "twist of "+name) == 0 {
		return q.odd()
	}
	for _, word := range []string{"oneOf", "anyOf"} {
		if some, ok := schema[word].([]any); ok {
			return q.value(rapid.SampledFrom(some).Draw(q.T, word).(tree), depth, name)
		}
	}
	if values, ok := schema["enum"].([]any); ok {
		return rapid.SampledFrom(values).Draw(q.T, name)
	}
	kind, _ := schema["type"].(string)
	if kinds, ok := schema["type"].([]any); ok {
		kind = rapid.SampledFrom(kinds).Draw(q.T, "kind of "+name).(string)
	}
	switch kind {
	case "object":
		return q.object(schema, depth, name)
	case "array":
		items, _ := schema["items"].(tree)
		list := []any{}
		for range rapid.IntRange(0, 2).Draw(q.T, "length of "+name) {
			list = append(list, q.value(items, depth+1, name))
		}
		return list
	case "integer", "number":
		return q.number()
	case "boolean":
		return rapid.Bool().Draw(q.T, name)
	case "null":
		return nil
	case "string":
		return q.text(name)
	}
	return q.odd()
}

func (q *requests) object(schema tree, depth int, name string) tree {
	out := tree{}
	properties, _ := schema["properties"].(tree)
	required, _ := schema["required"].([]any)
	for _, name := range sortedNames(properties) {
		often := 1 // in 3
		if slices.Contains(required, any(name)) {
			often = 2
		}
		if depth < 5 && rapid.IntRange(0, 2).Draw(q.T, "has "+name) < often {
			out[name] = q.value(properties[name].(tree), depth+1, name)
		}
	}
	if more, ok := schema["additionalProperties"].(tree); ok && rapid.Bool().Draw(q.T, "more in "+name) {
		out[rapid.SampledFrom([]string{"env", "x-team", "", "a b", "ключ"}).Draw(q.T, "name")] = q.value(more, depth+1, name)
	}
	if rapid.IntRange(0, 9).Draw(q.T, "unknown in "+name) == 0 {
		out["no_such_field"] = q.odd()
	}
	return out
}

func sortedNames(m tree) []string {
	var names []string
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func (q *requests) number() any {
	return rapid.SampledFrom([]any{0, 1, 5, -1, 1.5, 366, math.MaxInt64, -1e300, 1e300, 9007199254740993}).Draw(q.T, "number")
}

// text is one that a field may like; those of keys are secret.
func (q *requests) text(name string) any {
	if name == "key" {
		q.canary++
		q.secret = fmt.Sprintf("sk-hidden-%d-%d", q.canary, rapid.IntRange(0, math.MaxInt32).Draw(q.T, "key"))
		return q.secret
	}
	switch rapid.IntRange(0, 3).Draw(q.T, "kind of text "+name) {
	case 0:
		return rapid.SampledFrom(q.names).Draw(q.T, name)
	case 1:
		return rapid.SampledFrom([]any{"", "openai", "bedrock", "azure-openai", "vertex-ai", "workers-ai", "https://api.example.com/v1", "http://169.254.169.254/",
			"2031-01-01T00:00:00Z", "monthly", "key", "configurations.custom_host", "a@example.com", "completions.write", "hashicorp_vault", "aws_sm"}).Draw(q.T, name)
	}
	return q.marked()
}

func (q *requests) marked() string {
	q.canary++
	return rapid.SampledFrom([]string{mark, mark + "-%d", mark + "\x00%d", mark + "\u202e%d", "http://" + mark + "@h%d/", strings.Repeat(mark, 300)}).Draw(q.T, "text") + fmt.Sprint(q.canary)
}

// odd is anything.
func (q *requests) odd() any {
	return rapid.SampledFrom([]any{nil, true, q.marked(), q.number(), []any{}, []any{q.marked()}, tree{}, tree{"a": tree{"b": q.marked()}}, [][]any{{nil}}}).Draw(q.T, "anything")
}

// Whatever is sent in the shape of the document, nothing breaks, what is wrong
// is named, and no value comes back in a refusal.
func TestRequestsInTheShapeOfTheDocument(t *testing.T) {
	if testing.Short() {
		t.Skip("one thing after another: nothing to race, and slow under the race detector")
	}
	w, fill := stage(t)
	raw, err := openAPI(w.api.huma.OpenAPI(), w.service.Kinds())
	if err != nil {
		t.Fatal(err)
	}
	var doc tree
	if err := json.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	names := []string{fill.Replace("{ws}"), fill.Replace("{org}"), fill.Replace("{local}"), fill.Replace("{key}"), mark + "-gone"}
	statuses := map[int]int{}
	rapid.Check(t, func(rt *rapid.T) {
		q := &requests{T: rt, doc: doc, names: names}
		for range 10 {
			op := rapid.SampledFrom(w.api.operations).Draw(rt, "operation")
			if op.Method == http.MethodDelete && rapid.IntRange(0, 9).Draw(rt, "spared") > 0 {
				continue // or there is soon nothing left
			}
			r, fields := q.request(op.Method, op.Path, doc["paths"].(tree)[op.Path].(tree)[strings.ToLower(op.Method)].(tree))
			actor := rapid.SampledFrom([]string{orgAdmin, orgAdmin, workspace}).Draw(rt, "actor")
			got := w.send(actor, r)
			statuses[got.status]++
			checkRefusal(rt, op.ID+" "+r.URL.String(), got, fields, q.secret)
			if slug, ok := got.object["slug"].(string); ok && len(names) < 40 {
				names = append(names, slug)
				q.names = names
			}
		}
		if strings.Contains(w.logs.String(), "panic") || strings.Contains(w.logs.String(), mark) {
			rt.Fatalf("the log holds a panic or a value: %.3000s", w.logs.String())
		}
	})
	t.Logf("answers by status: %v", statuses)
	if statuses[http.StatusOK] == 0 || statuses[http.StatusBadRequest] == 0 {
		t.Error("all requests were good, or none")
	}
}

func checkRefusal(rt *rapid.T, what string, got response, fields map[string]bool, secret string) {
	if got.status >= http.StatusInternalServerError {
		rt.Fatalf("%s: %d %.500s", what, got.status, got.text)
	}
	if secret != "" && strings.Contains(got.text, secret) {
		rt.Fatalf("%s shows a key: %.500s", what, got.text)
	}
	if got.status == http.StatusOK {
		return
	}
	if strings.Contains(got.text, mark) {
		rt.Fatalf("%s shows a value that it refuses: %d %.1000s", what, got.status, got.text)
	}
	problems, _ := got.object["problems"].([]any)
	if got.status == http.StatusBadRequest && len(problems) == 0 {
		rt.Fatalf("%s names no field: %.500s", what, got.text)
	}
	for _, p := range problems {
		path, _ := p.(tree)["path"].(string)
		first, _, _ := strings.Cut(strings.ReplaceAll(path, "[", "."), ".")
		if !fields[first] {
			rt.Fatalf("%s names %q, which was not sent: %.500s", what, path, got.text)
		}
	}
}
