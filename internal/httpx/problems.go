package httpx

import (
	"cmp"
	"slices"
	"strings"

	claviger "github.com/claviger/claviger"
)

// maxName and maxPath bound, in bytes, what an answer repeats of the names that
// a caller sent: of one, and of all of a path.
const (
	maxName = 64
	maxPath = 512
)

// ShortPath is path with each of its names cut to 64 bytes, and 512 in all, in
// UTF-8.
func ShortPath(path string) string {
	if len(path) <= maxName {
		return path
	}
	names := strings.Split(path[:min(len(path), maxPath)], ".")
	for i, name := range names {
		names[i] = strings.ToValidUTF8(name[:min(len(name), maxName)], "")
	}
	return strings.Join(names, ".")
}

// inOrder is e as it is shown: its problems sorted by path, what is about none
// last, with short paths. It leaves e alone.
func inOrder(e *claviger.Error) *claviger.Error {
	if len(e.Problems) == 0 {
		return e
	}
	shown := *e
	shown.Problems = slices.Clone(e.Problems)
	for i := range shown.Problems {
		shown.Problems[i].Path = ShortPath(shown.Problems[i].Path)
	}
	slices.SortStableFunc(shown.Problems, func(a, b claviger.Problem) int {
		if (a.Path == "") != (b.Path == "") {
			return -cmp.Compare(a.Path, b.Path)
		}
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Message, b.Message))
	})
	return &shown
}
