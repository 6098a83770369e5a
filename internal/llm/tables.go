package llm

import (
	"cmp"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

// To find names that occur twice, a decoder keeps the names of every object that
// it is inside of, and those of the last one at each depth: many times the bytes
// of a body that consists of little else.

// maxMembers bounds the members of one object of a request, at any depth. The
// largest that are of use, schemas and biases of tokens, have some thousands.
const maxMembers = 10_000

// What is kept of one name besides twice its bytes, and of one depth, in bytes.
const (
	nameCost  = 160
	levelCost = 1 << 10
)

// outline is what the brackets and names of a body come to.
type outline struct {
	levels []level // the deepest so far; depth of them are open
	depth  int
	need   int64 // bytes of tables, the most at once
}

// level is one depth, and the object or array that is open there.
type level struct {
	object  bool
	members int    // of the object, or elements of the array before the last
	name    []byte // of the last member, with its quotes
	cost    int64
	most    int64 // of all that were at this depth
}

const tooManyMembers = "has more members than 10000"

// maxDepth is how deep the decoder goes.
const maxDepth = 10_000

// measure reads the outline of a body: the bytes that its tables of names need,
// and the path of an object that has too many members; empty when none has. What
// is no JSON it reads as far as it can.
func measure(body []byte) (need int64, tooMany string) {
	o := outline{}
	for i := 0; i < len(body); {
		switch body[i] {
		case '"':
			end := stringEnd(body, i)
			if end < 0 {
				return o.need, ""
			}
			if followed(body, end) && !o.member(body[i:end]) {
				return o.need, cmp.Or(fieldPath(o.pointer()), "body")
			}
			i = end
			continue
		case '{', '[':
			if !o.open(body[i] == '{') {
				return o.need, ""
			}
		case '}', ']':
			if o.depth--; o.depth <= 0 {
				return o.need, ""
			}
		case ',':
			if o.depth > 0 && !o.levels[o.depth-1].object {
				o.levels[o.depth-1].members++
			}
		}
		i++
	}
	return o.need, ""
}

func (o *outline) open(object bool) bool {
	if o.depth == maxDepth {
		return false
	}
	if o.depth == len(o.levels) {
		o.levels = append(o.levels, level{})
		o.need += levelCost
	}
	l := &o.levels[o.depth]
	*l = level{object: object, most: l.most}
	o.depth++
	return true
}

// member notes a name. It returns false when the object has too many.
func (o *outline) member(name []byte) bool {
	if o.depth == 0 {
		return true
	}
	l := &o.levels[o.depth-1]
	if !l.object {
		return true
	}
	if l.members == maxMembers {
		return false
	}
	l.members++
	l.name = name
	// A list that grows is there twice for a moment.
	if l.cost += nameCost + 4*int64(len(name)); l.cost > l.most {
		o.need += l.cost - l.most
		l.most = l.cost
	}
	return true
}

// pointer leads to what is open.
func (o *outline) pointer() (p jsontext.Pointer) {
	for _, l := range o.levels[:o.depth-1] {
		if len(p) > maxPath {
			break
		}
		if !l.object {
			p = p.AppendToken(strconv.Itoa(l.members))
		} else if name, err := jsontext.AppendUnquote(nil, l.name); err == nil {
			p = p.AppendToken(string(name))
		}
	}
	return p
}
