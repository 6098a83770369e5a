// Package harness runs the built server the way an operator does, as a process
// with flags and environment, and talks to it over HTTP. Tests that use it skip
// unless CLAVIGER_E2E is set, as "make test" does.
package harness

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// Require skips the test unless the end-to-end tests are asked for.
func Require(t testing.TB) {
	t.Helper()
	if os.Getenv("CLAVIGER_E2E") == "" {
		t.Skip("end-to-end: runs in make test (CLAVIGER_E2E=1)")
	}
}

// Binary is the path of the built server. The test fails without one.
func Binary(t testing.TB) string {
	t.Helper()
	path := os.Getenv("CLAVIGER_BIN")
	if path == "" {
		path = filepath.Join(Root(), "bin", "claviger")
	}
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("no server to test: %v (make build)", err)
	}
	return path
}

// Root is the top folder of the repository.
func Root() string {
	_, file, _, _ := runtime.Caller(0)
	return filepath.Dir(filepath.Dir(filepath.Dir(file)))
}

// FreeAddr is an address on the loopback interface that nobody listens on.
func FreeAddr(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// RandomHex is a fresh random word of n hex digits.
func RandomHex(n int) string {
	b := make([]byte, (n+1)/2)
	rand.Read(b)
	return hex.EncodeToString(b)[:n]
}

// NewMasterKey is a fresh master key in the form the server takes.
func NewMasterKey() string {
	b := make([]byte, 32)
	rand.Read(b)
	return base64.StdEncoding.EncodeToString(b)
}
