package gateway_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/gateway"
	"github.com/claviger/claviger/internal/ledger"
)

// failing is a ledger whose closes fail.
type failing struct {
	gateway.Ledger
	why error
}

// Settle implements gateway.Ledger.
func (f failing) Settle(c claviger.Closing) error {
	return errors.Join(f.why, f.Ledger.Settle(c))
}

func TestACloseThatWaitsIsNotCalledLost(t *testing.T) {
	for name, tt := range map[string]struct {
		why         error
		level, says string
	}{
		"one that waits for the disk": {fmt.Errorf("%w: no space left", ledger.ErrDeferred), "WARN", "is written again"},
		"one that nobody keeps":       {errors.New("not open"), "ERROR", "could not be booked"},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, "openai", answers(200, answer), func(o *gateway.Options) { o.Ledger = failing{o.Ledger, tt.why} })
			if resp, body := r.chat(ask); resp.StatusCode != 200 {
				t.Fatalf("%d %s", resp.StatusCode, body)
			}
			r.quiet(t)
			for _, line := range strings.Split(r.log.String(), "\n") {
				if strings.Contains(line, tt.says) && strings.Contains(line, "level="+tt.level) && strings.Contains(line, "request_id=") {
					return
				}
			}
			t.Errorf("the log says %s", r.log)
		})
	}
}
