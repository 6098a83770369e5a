package ledger

import (
	"errors"
	"syscall"
)

// keepSize is FALLOC_FL_KEEP_SIZE: the length of the file stays the end of what
// was written.
const keepSize = 1

func (f osFile) Reserve(size int64) error {
	raw, err := f.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	err = raw.Control(func(fd uintptr) {
		for {
			failed = syscall.Fallocate(int(fd), keepSize, 0, size)
			if failed != syscall.EINTR {
				return
			}
		}
	})
	if errors.Is(failed, syscall.EOPNOTSUPP) || errors.Is(failed, syscall.ENOSYS) {
		return errors.ErrUnsupported
	}
	return errors.Join(err, failed)
}
