package canary

import (
	"net/http"
	"sort"
	"strings"

	"github.com/claviger/claviger/test/harness"
)

// routes drives every operation that /openapi.json lists, with every kind of
// key, with good path elements and a secret in each field in a place where it
// is refused. Reads come first; what changes something comes last.
func (d *drive) routes() {
	d.t.Helper()
	doc := d.must(d.server.As(""), http.MethodGet, "/openapi.json", nil)
	paths, _ := doc.At("paths").(map[string]any)
	if len(paths) < 10 {
		d.t.Fatalf("/openapi.json lists %d paths", len(paths))
	}
	type operation struct {
		method, path string
		fields       []string
	}
	var all []operation
	for path, methods := range paths {
		for method := range methods.(map[string]any) {
			if doc.At("paths", path, method, "servers") != nil {
				continue // served elsewhere, to anybody
			}
			op := operation{method: strings.ToUpper(method), path: "/v1" + d.fill(path)}
			if body, ok := doc.At("paths", path, method, "requestBody", "content", "application/json", "schema").(map[string]any); ok {
				op.fields = properties(doc, body, 0)
			}
			all = append(all, op)
		}
	}
	order := map[string]int{http.MethodGet: 0, http.MethodPost: 1, http.MethodPut: 2}
	rank := func(m string) int {
		if n, ok := order[m]; ok {
			return n
		}
		return 3
	}
	sort.Slice(all, func(i, j int) bool {
		if a, b := rank(all[i].method), rank(all[j].method); a != b {
			return a < b
		}
		return all[i].path < all[j].path
	})
	secret := d.plant("value of a wrong type")
	for i, op := range all {
		if op.method == http.MethodDelete {
			op.path += "-gone" // deleting is tried where nothing is lost
		}
		var body any
		if len(op.fields) > 0 {
			fields := map[string]any{}
			for _, f := range op.fields {
				fields[f] = []any{[]any{secret}}
			}
			body = fields
		}
		clients := []harness.Client{d.server.Admin(), d.server.Workspace()}
		if i == 0 { // what comes with no good key waits longer each time
			clients = append(clients, d.server.As(""), d.server.As(secret))
		}
		for _, client := range clients {
			resp := d.send(client, op.method, op.path, body)
			if resp.Status >= http.StatusInternalServerError {
				d.t.Errorf("%s %s: %d %s", op.method, op.path, resp.Status, resp.Body)
			}
		}
	}
	d.t.Logf("%d operations driven", len(all))
}

// fill puts real ids into a path template.
func (d *drive) fill(path string) string {
	out := make([]string, 0, 8)
	before := ""
	for part := range strings.SplitSeq(path, "/") {
		if strings.HasPrefix(part, "{") {
			switch before {
			case "integrations", "virtual-keys", "providers":
				part = "canary-openai"
			case "secret-references":
				part = "canary-token"
			case "workspaces":
				part = d.server.DefaultWorkspace()
			case "api-keys":
				part = d.keyID
			case "usage-limits", "rate-limits":
				part = d.policyID[before]
			case "entities":
				part = "api_key:canary"
			case "organisation", "workspace":
				part = "service"
			default:
				part = "workspace"
			}
		}
		out = append(out, part)
		before = part
	}
	return strings.Join(out, "/")
}

// properties names the fields of a schema, through references.
func properties(doc harness.Object, schema map[string]any, depth int) []string {
	if depth > 4 {
		return nil
	}
	var out []string
	if ref, ok := schema["$ref"].(string); ok {
		name := ref[strings.LastIndex(ref, "/")+1:]
		if target, ok := doc.At("components", "schemas", name).(map[string]any); ok {
			return properties(doc, target, depth+1)
		}
	}
	if props, ok := schema["properties"].(map[string]any); ok {
		for name := range props {
			out = append(out, name)
		}
	}
	for _, word := range []string{"allOf", "oneOf", "anyOf"} {
		parts, _ := schema[word].([]any)
		for _, p := range parts {
			if m, ok := p.(map[string]any); ok {
				out = append(out, properties(doc, m, depth+1)...)
			}
		}
	}
	sort.Strings(out)
	return out
}
