package gateway

// step is one step into a value: a member by its name, an element, or every one.
type step struct {
	name  string
	index int // everyElement; used where name is empty
}

const everyElement = -1

// dropPath leads to what is left out.
type dropPath []step

// dropNode is what is left out below one place of a body: all paths at once, so
// that each member and element is looked up once, however many paths there are.
// nil leaves out nothing. It is immutable.
type dropNode struct {
	all      bool // the place itself
	members  map[string]*dropNode
	elements map[int]*dropNode // that are named; every is of the others
	every    *dropNode
}

// whole reports whether the place itself is left out.
func (n *dropNode) whole() bool { return n != nil && n.all }

// member is what is left out below a member.
func (n *dropNode) member(name []byte) *dropNode {
	if n == nil {
		return nil
	}
	return n.members[string(name)]
}

// element is what is left out below an element.
func (n *dropNode) element(at int) *dropNode {
	if below, named := n.elements[at]; named {
		return below
	}
	return n.every
}

// maxDropNodes bounds the places of a config's paths. What is said of every
// element holds for the named ones too, so paths that mix both can multiply.
const maxDropNodes = 5000

// dropTree merges paths into one tree; ok is false when they are too many places.
func dropTree(paths []dropPath) (root *dropNode, ok bool) {
	left := maxDropNodes
	root = dropBelow(paths, &left)
	return root, left >= 0
}

func dropBelow(paths []dropPath, left *int) *dropNode {
	if *left--; len(paths) == 0 || *left < 0 {
		return nil
	}
	n := &dropNode{}
	members, elements, every := map[string][]dropPath{}, map[int][]dropPath{}, []dropPath(nil)
	for _, p := range paths {
		switch {
		case len(p) == 0:
			return &dropNode{all: true}
		case p[0].name != "":
			members[p[0].name] = append(members[p[0].name], p[1:])
		case p[0].index == everyElement:
			every = append(every, p[1:])
		default:
			elements[p[0].index] = append(elements[p[0].index], p[1:])
		}
	}
	n.every = dropBelow(every, left)
	n.members = make(map[string]*dropNode, len(members))
	for name, below := range members {
		n.members[name] = dropBelow(below, left)
	}
	n.elements = make(map[int]*dropNode, len(elements))
	for at, below := range elements {
		n.elements[at] = dropBelow(append(below, every...), left)
	}
	return n
}
