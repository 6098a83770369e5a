package upstream

import "syscall"

// peek looks whether the socket has something to read, without waiting and
// without taking it. An idle connection should have nothing: its end (0 bytes),
// an error and unasked data all make it stale.
func (c *conn) peek(fd uintptr) bool {
	var one [1]byte
	for {
		_, _, err := syscall.Recvfrom(int(fd), one[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		if err == syscall.EINTR {
			continue
		}
		c.stale = err != syscall.EAGAIN
		return true
	}
}
