package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// lockFile, in the data directory, is locked by the process that uses it.
const lockFile = "claviger.lock"

// dataDir is a data directory that belongs to this process.
type dataDir struct{ lock *os.File }

// takeDataDir makes the directory if need be and takes it for this process,
// before anything in it is opened: the schema, the master key and the journal
// each stand one process only. The kernel frees it when the process dies.
func takeDataDir(path string) (*dataDir, error) {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, fmt.Errorf("make the data directory: %w", err)
	}
	f, err := os.OpenFile(filepath.Join(path, lockFile), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("take the data directory: %w", err)
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	switch {
	case errors.Is(err, syscall.EWOULDBLOCK):
		err = fmt.Errorf("another claviger process is using the data directory %s", path)
	case err != nil:
		err = fmt.Errorf("lock the data directory %s: %w", path, err)
	default:
		return &dataDir{f}, nil
	}
	return nil, errors.Join(err, f.Close())
}

// release gives the directory free.
func (d *dataDir) release() { _ = d.lock.Close() } // what closing it could fail at, the kernel does anyway
