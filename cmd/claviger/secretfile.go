package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// secretFile is a new file that only its owner may read. It is made before the
// secret exists, so that a secret that is shown once is never made in vain.
type secretFile struct{ f *os.File }

// newSecretFile makes path, which must not exist.
func newSecretFile(path string) (*secretFile, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, fmt.Errorf("make a file for the key: %w", err)
	}
	return &secretFile{f}, nil
}

// write puts text on disk and closes the file.
func (s *secretFile) write(text string) error {
	_, err := io.WriteString(s.f, text)
	if err == nil {
		err = s.f.Sync()
	}
	if closed := s.f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(s.f.Name()))
	if err != nil {
		return err
	}
	defer dir.Close()
	return dir.Sync()
}

// discard takes the file away again.
func (s *secretFile) discard() {
	s.f.Close()
	os.Remove(s.f.Name())
}
