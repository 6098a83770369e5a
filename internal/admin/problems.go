package admin

import (
	"errors"
	"strings"
	"unicode/utf8"

	claviger "github.com/claviger/claviger"
)

// problems collects what is wrong with a request. It begins with what the wire
// layer found already (wrong types and the like) and says nothing more about
// those fields.
type problems struct {
	found claviger.Problems
	more  claviger.Problems
	// refused: one of them at least is no mistake alone, but may be an attempt at
	// something that is protected.
	refused bool
	remarks Remarks // on what is no problem
}

func startWith(found claviger.Problems) *problems { return &problems{found: found} }

// maxProblems bounds the answer to a request that is wrong all over.
const maxProblems = 100

func (p *problems) add(path, message string) {
	if len(p.more) >= maxProblems {
		return
	}
	for _, f := range p.found {
		if within(path, f.Path) || within(f.Path, path) {
			return
		}
	}
	for _, m := range p.more {
		if m.Path == path {
			return
		}
	}
	p.more.Add(path, message)
}

// refuse adds a problem that protects something: the attempt is told of in the
// audit log.
func (p *problems) refuse(path, message string) {
	p.add(path, message)
	p.refused = true
}

// err is one Invalid error with everything found, or nil.
func (p *problems) err() error {
	err := append(p.found[:len(p.found):len(p.found)], p.more...).Err()
	var e *claviger.Error
	if errors.As(err, &e) {
		e.Refusal = p.refused
	}
	return err
}

func (p *problems) empty() bool { return len(p.found)+len(p.more) == 0 }

// within reports whether path is at or below the field at.
func within(path, at string) bool {
	rest, ok := strings.CutPrefix(path, at)
	return ok && (rest == "" || rest[0] == '.' || rest[0] == '[')
}

const (
	maxName        = 255
	maxDescription = 4096
)

// text checks a string a person wrote: its length in characters, and that it is
// not empty when it must not be.
func (p *problems) text(path, v string, required bool, limit int) {
	switch {
	case required && strings.TrimSpace(v) == "":
		p.add(path, "is required")
	case utf8.RuneCountInString(v) > limit:
		p.add(path, "is too long")
	case strings.ContainsRune(v, 0):
		p.add(path, "must not hold a NUL character")
	}
}

// slug checks a slug that was given; an empty one was not.
func (p *problems) slug(path, v string) {
	if v == "" {
		return
	}
	if wrong := claviger.CheckSlug(v); wrong != "" {
		p.add(path, wrong)
	}
}

// metadata checks a flat map of texts.
func (p *problems) metadata(path string, m map[string]string) {
	if len(m) > 128 {
		p.add(path, "may hold at most 128 entries")
	}
	for k, v := range m {
		if k == "" || len(k) > 128 || len(v) > 4096 || strings.ContainsRune(k+v, 0) {
			p.add(path, "holds a key or a value that is empty, too long or not text")
			return
		}
	}
}
