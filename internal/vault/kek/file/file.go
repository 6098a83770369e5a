// Package file gets the master key from text or from a file, and makes one on
// the first start. The key is returned as a secret of exactly 32 raw bytes. It
// appears in no error.
package file

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/claviger/claviger/internal/secret"
)

// Size is the length of a master key in bytes.
const Size = 32

// Name is the file in the data directory that holds a master key made on the
// first start.
const Name = "master.key"

// maxFile is more than any spelling of a key needs.
const maxFile = 1024

var errText = fmt.Errorf("a master key is %d bytes in base64, such as `openssl rand -base64 %d` prints", Size, Size)

// Parse reads a master key in base64, standard or URL alphabet, padded or not,
// with white space around it.
func Parse(text string) (secret.String, error) {
	text = strings.TrimRight(strings.TrimSpace(text), "=")
	text = strings.NewReplacer("-", "+", "_", "/").Replace(text)
	// Strict: one key has one spelling, and a cut one is noticed.
	key, err := base64.RawStdEncoding.Strict().DecodeString(text)
	if err != nil || len(key) != Size || strings.ContainsAny(text, "\r\n") {
		return secret.String{}, errText
	}
	return secret.New(string(key)), nil
}

// Load reads a master key from a file that [LoadOrCreate] made. It refuses a
// file that others than its owner may touch. A file that is not there is
// fs.ErrNotExist.
func Load(path string) (secret.String, error) {
	key, _, err := load(path, 0o077, "open to others than its owner")
	return key, err
}

// LoadGiven reads a master key from a file that an operator or an orchestrator
// made. Containers get their secrets with modes such as 0444 and 0440, so it
// refuses only what others than the owner may write; public says that
// everybody may read the file, which is for the caller to warn of. A file that
// is not there is fs.ErrNotExist.
func LoadGiven(path string) (key secret.String, public bool, err error) {
	key, mode, err := load(path, 0o022, "open to be written by others than its owner")
	return key, err == nil && mode&0o004 != 0, err
}

// load refuses a file whose mode has a bit of denied, for the reason why.
func load(path string, denied fs.FileMode, why string) (secret.String, fs.FileMode, error) {
	f, err := os.Open(path)
	if err != nil {
		return secret.String{}, 0, fmt.Errorf("master key file: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return secret.String{}, 0, fmt.Errorf("master key file: %w", err)
	}
	if !info.Mode().IsRegular() {
		return secret.String{}, 0, fmt.Errorf("master key file %s is not a regular file", path)
	}
	mode := info.Mode().Perm()
	if mode&denied != 0 {
		return secret.String{}, 0, fmt.Errorf("master key file %s is %s (mode %04o): run `chmod 600 %s`", path, why, mode, path)
	}
	text, err := io.ReadAll(io.LimitReader(f, maxFile))
	if err != nil {
		return secret.String{}, 0, fmt.Errorf("master key file: %w", err)
	}
	key, err := Parse(string(text))
	if err != nil {
		return secret.String{}, 0, fmt.Errorf("master key file %s: %w", path, err)
	}
	return key, mode, nil
}

// LoadOrCreate reads the master key in path, or makes one there when there is
// no such file, and says which. Callers with a store that already has a keyring
// use [Load]: a new key would not open it.
func LoadOrCreate(path string) (key secret.String, created bool, err error) {
	key, err = Load(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return key, false, err
	}
	err = create(path)
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return secret.String{}, false, fmt.Errorf("make master key file: %w", err)
	}
	created = err == nil
	key, err = Load(path) // what is on disk counts, also when another process was first
	return key, created, err
}

// create writes a fresh key to path, which must not exist. The file appears
// whole or not at all, and is on disk when create returns: data sealed under a
// key that a power loss takes would be lost.
func create(path string) error {
	key := make([]byte, Size)
	defer clear(key)
	rand.Read(key)
	dir := filepath.Dir(path)
	tmp, err := os.CreateTemp(dir, ".master-key-*") // mode 0600, O_EXCL
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	defer tmp.Close()
	if _, err := tmp.WriteString(base64.StdEncoding.EncodeToString(key) + "\n"); err != nil {
		return err
	}
	if err := tmp.Sync(); err != nil {
		return err
	}
	if err := os.Link(tmp.Name(), path); err != nil { // unlike rename, never replaces
		return err
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
