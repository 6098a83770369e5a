package main

import (
	"net"
	"strings"
	"testing"
)

func TestExposed(t *testing.T) {
	tests := map[string]struct {
		address string
		want    bool
	}{
		"loopback":                    {"127.0.0.1:8787", false},
		"all of loopback":             {"127.8.9.1:8787", false},
		"loopback of IPv6":            {"[::1]:8787", false},
		"loopback through IPv6":       {"[::ffff:127.0.0.1]:8787", false},
		"every address":               {"0.0.0.0:8787", true},
		"every address, also of IPv6": {"[::]:8787", true},
		"a private address":           {"192.0.2.1:8787", true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			at, err := net.ResolveTCPAddr("tcp", tt.address)
			if err != nil {
				t.Fatal(err)
			}
			if got := exposed(at); got != tt.want {
				t.Errorf("exposed = %v", got)
			}
		})
	}
}

func TestAnAddressThatIsTakenIsNamedWithItsSetting(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	var out, errs strings.Builder
	status := run(t.Context(), []string{"serve", "--listen", taken.Addr().String(), "--data-dir", t.TempDir()}, nil, &out, &errs)
	for _, want := range []string{taken.Addr().String(), "address already in use", "--listen (CLAVIGER_LISTEN)"} {
		if status != exitFailed || !strings.Contains(errs.String(), want) {
			t.Errorf("status %d, %q, want %q in it", status, errs.String(), want)
		}
	}
}
