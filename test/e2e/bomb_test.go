package e2e

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/claviger/claviger/test/harness"
)

func TestHeaderBombs(t *testing.T) {
	server, scripted := installed(t, harness.Config{})
	many := make([]string, 0, 100_000)
	for i := range cap(many) / 2 {
		many = append(many, fmt.Sprintf("x-bomb-%d", i), "boom")
	}
	bombs := map[string][]string{
		"one endless header":       {"x-bomb", strings.Repeat("b", 8<<20)},
		"an endless key":           {"x-portkey-api-key", strings.Repeat("k", 8<<20)},
		"tens of thousands":        many,
		"endless forwarded names":  {"x-portkey-forward-headers", strings.Repeat("a,", 4<<20)},
		"endless metadata":         {"x-portkey-metadata", strings.Repeat("{", 8<<20)},
		"an endless provider name": {"x-portkey-provider", "@" + strings.Repeat("p", 8<<20)},
	}
	for name, headers := range bombs {
		t.Run(name, func(t *testing.T) {
			resp, err := server.Workspace().Try(http.MethodPost, chat, good, headers...)
			// Who stops reading may close the connection before the answer.
			if err == nil && resp.Status != http.StatusRequestHeaderFieldsTooLarge {
				t.Errorf("status %d, want 431: %.200s", resp.Status, resp.Body)
			}
			if !server.Running() {
				t.Fatal("the server died")
			}
		})
	}
	if n := len(scripted.Seen()); n != 0 {
		t.Errorf("%d bombs reached the provider", n)
	}
	server.Workspace().Must(http.MethodPost, chat, good)
}

func TestHeadersWithinReasonAreTaken(t *testing.T) {
	server, _ := installed(t, harness.Config{})
	server.Workspace().Must(http.MethodPost, chat, good, "x-trace", strings.Repeat("t", 8<<10))
}

// TestGuessedKeysAreSlowed checks that one address cannot try keys at will:
// answers are held back, and when too many are, the rest is refused. A good key
// from the same address is not delayed.
func TestGuessedKeysAreSlowed(t *testing.T) {
	server, _ := installed(t, harness.Config{})
	const guesses = 600
	ctx, giveUp := context.WithCancel(t.Context())
	defer giveUp()
	statuses := make(chan int, guesses)
	var wg sync.WaitGroup
	for i := range guesses {
		req, err := server.As(fmt.Sprintf("guess-%040d", i)).Request(http.MethodGet, "/v1/integrations", nil)
		if err != nil {
			t.Fatal(err)
		}
		wg.Go(func() {
			resp, err := http.DefaultClient.Do(req.WithContext(ctx))
			if err != nil {
				statuses <- 0 // given up
				return
			}
			resp.Body.Close()
			if resp.StatusCode == http.StatusTooManyRequests && resp.Header.Get("Retry-After") == "" {
				t.Error("refused without a Retry-After")
			}
			statuses <- resp.StatusCode
		})
	}
	answered := 0
	for status := range statuses {
		if status == http.StatusTooManyRequests {
			break
		}
		if answered++; answered == guesses {
			t.Fatalf("%d guesses at once were all answered", guesses)
		}
	}
	server.Admin().Must(http.MethodGet, "/v1/integrations", nil)
	giveUp()
	wg.Wait()
}
