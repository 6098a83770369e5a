//go:build !linux

package upstream

// peek takes every idle connection for a standing one where looking is not
// built; a dead one then fails at its next request.
func (c *conn) peek(uintptr) bool {
	c.stale = false
	return true
}
