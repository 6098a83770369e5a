package admin

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	claviger "github.com/claviger/claviger"
)

const maxTagFilter = 10

// tagFilter reads the tags that a list is narrowed to. It takes an object of
// strings, or names and "name:value" separated by commas; all must match.
func (p *problems) tagFilter(v string) []claviger.Tag {
	const path = "tags"
	var out []claviger.Tag
	if strings.HasPrefix(strings.TrimSpace(v), "{") {
		var object map[string]string
		if json.Unmarshal([]byte(v), &object) != nil {
			p.add(path, "must be an object of strings, or names and name:value separated by commas")
		}
		for _, name := range slices.Sorted(maps.Keys(object)) {
			out = append(out, claviger.Tag{Name: name, Value: object[name]})
		}
	} else {
		for part := range strings.SplitSeq(v, ",") {
			if part = strings.TrimSpace(part); part != "" {
				name, value, _ := strings.Cut(part, ":")
				out = append(out, claviger.Tag{Name: strings.TrimSpace(name), Value: strings.TrimSpace(value)})
			}
		}
	}
	if len(out) > maxTagFilter {
		p.add(path, fmt.Sprintf("may hold at most %d", maxTagFilter))
	}
	for _, t := range out {
		if t.Name == "" {
			p.add(path, "holds a tag without a name")
		}
	}
	return out
}
