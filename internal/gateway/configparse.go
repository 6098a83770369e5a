package gateway

import (
	"bytes"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/claviger/claviger/internal/httpx"
)

// parseConfig compiles the text of a config: strictly, because what is mistyped
// or not understood would send a request elsewhere than was meant. The error is
// the documented one and names everything that is wrong by its path, no value.
func parseConfig(text string) (*config, error) {
	d := jsontext.NewDecoder(bytes.NewBufferString(text))
	root, err := d.ReadValue()
	root = root.Clone()
	if err == nil {
		_, err = d.ReadToken() // what comes after it would be read by others
	}
	if err != io.EOF {
		return nil, badRequest("Invalid config passed. You need to pass a valid json")
	}
	p := &configParser{}
	top := p.node(member{value: root}, p.targets)
	c := p.compile(top)
	if len(p.problems) > 0 {
		f := badRequest("Invalid config passed")
		f.Details = p.problems
		return nil, f
	}
	return c, nil
}

// configParser collects everything wrong with a config.
type configParser struct{ problems []string }

// maxConfigProblems bounds what one answer names.
const maxConfigProblems = 100

// wrong notes a problem in the documented form.
func (p *configParser) wrong(path []string, message string) {
	if len(p.problems) < maxConfigProblems {
		p.problems = append(p.problems, "path: "+strings.Join(path, ",")+", message: "+message)
	}
}

// member is one of an object, its name in snake case.
type member struct {
	path  []string
	name  string
	value jsontext.Value
}

// maxMembers bounds an object of a config: there are no more names than that.
const maxMembers = 100

// object lists the members of an object whose names are in either case. Nulls
// are as good as absent: some clients send what was not set.
func (p *configParser) object(path []string, v jsontext.Value) (members []member) {
	if v.Kind() != '{' {
		p.wrong(path, "must be an object")
		return nil
	}
	// The whole text was read before, so no read fails.
	d := inside(v)
	for d.PeekKind() != '}' {
		if len(members) == maxMembers {
			p.wrong(path, "has too many members")
			return members
		}
		token, err := d.ReadToken()
		if err != nil {
			return members
		}
		written := token.String()
		value, err := d.ReadValue()
		if err != nil {
			return members
		}
		m := member{append(slices.Clip(path), httpx.ShortPath(written)), snake(written), value.Clone()}
		if slices.ContainsFunc(members, func(o member) bool { return o.name == m.name }) {
			p.wrong(m.path, "is there twice, in two spellings")
		} else if value.Kind() != 'n' {
			members = append(members, m)
		}
	}
	return members
}

// inside is a decoder behind the opening bracket of v.
func inside(v jsontext.Value) *jsontext.Decoder {
	d := decoder(v)
	d.ReadToken() //nolint:errcheck // v begins with it
	return d
}

// snake is a name in snake case, which may be written in camel case.
func snake(name string) string {
	if !strings.ContainsFunc(name, upper) {
		return name
	}
	var b strings.Builder
	for _, r := range name {
		if upper(r) {
			b.WriteByte('_')
			r += 'a' - 'A'
		}
		b.WriteRune(r)
	}
	return b.String()
}

func upper(r rune) bool { return 'A' <= r && r <= 'Z' }

// elements lists the values of an array.
func (p *configParser) elements(m member) (out []member) {
	if m.value.Kind() != '[' {
		p.wrong(m.path, "must be a list")
		return nil
	}
	d := inside(m.value)
	for d.PeekKind() != ']' {
		value, err := d.ReadValue()
		if err != nil {
			return out
		}
		out = append(out, member{path: append(slices.Clip(m.path), strconv.Itoa(len(out))), value: value.Clone()})
	}
	return out
}

// text reads a string that is not empty.
func (p *configParser) text(m member) string {
	if m.value.Kind() != '"' {
		p.wrong(m.path, "must be a string")
		return ""
	}
	b, _ := jsontext.AppendUnquote(nil, m.value) // it was checked before
	if len(b) == 0 {
		p.wrong(m.path, "must not be empty")
	}
	return string(b)
}

func (p *configParser) truth(m member) bool {
	kind := m.value.Kind()
	if kind != 't' && kind != 'f' {
		p.wrong(m.path, "must be true or false")
	}
	return kind == 't'
}

// whole reads a whole number from least to most.
func (p *configParser) whole(m member, least, most int64) int64 {
	n, err := strconv.ParseInt(string(m.value), 10, 64)
	if err != nil || n < least || n > most {
		p.wrong(m.path, "must be a whole number from "+strconv.FormatInt(least, 10)+" to "+strconv.FormatInt(most, 10))
		return least
	}
	return n
}

// retry reads when to try again; nil for never.
func (p *configParser) retry(m member) *retry {
	r := &retry{statuses: usualStatuses}
	said := false
	for _, f := range p.object(m.path, m.value) {
		switch f.name {
		case "attempts":
			r.attempts, said = int(p.whole(f, 0, mostRetries)), true
		case "on_status_codes":
			r.statuses = p.statuses(f)
		case "use_retry_after_header", "use_retry_after_headers":
			r.heed = p.truth(f)
		default:
			p.wrong(f.path, "is not known")
		}
	}
	if !said && m.value.Kind() == '{' {
		p.wrong(append(slices.Clip(m.path), "attempts"), "is required")
	}
	if r.attempts == 0 || len(r.statuses) == 0 {
		return nil
	}
	return r
}

// statuses reads those that are tried again.
func (p *configParser) statuses(m member) []int {
	out := []int{}
	for _, e := range p.elements(m) {
		status := int(p.whole(e, http.StatusContinue, 599))
		if status >= http.StatusOK && status < http.StatusMultipleChoices && status != 246 { // guardrails answer with that
			p.wrong(e.path, "is a success, which is not asked for again")
		}
		out = append(out, status)
	}
	return out
}
