package audit

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/authz"
)

// book is where entries are written.
type book struct {
	mu    sync.Mutex
	kept  []claviger.AuditEntry
	fault error
}

func (b *book) write(_ context.Context, entries []claviger.AuditEntry) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.fault == nil {
		b.kept = append(b.kept, entries...)
	}
	return b.fault
}

func (b *book) entries() []claviger.AuditEntry {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.kept
}

// fail lets writing fail from now on; nil lets it work again.
func (b *book) fail(with error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.fault = with
}

func (b *book) attempts() (n int) {
	for _, e := range b.entries() {
		n += e.Attempts
	}
	return n
}

func caller(org, key, address string) authz.Caller {
	return authz.Caller{
		OrganisationID: claviger.OrganisationID(org), KeyID: claviger.APIKeyID(key),
		Origin: authz.Origin{Method: "PUT", URI: "/v1/integrations/" + key, Route: "/v1/integrations/{slug}", Resource: key, RequestID: "r", Address: address},
	}
}

var attempt = Attempt{Action: "update", ResourceType: "integration", Status: 403}

func TestAttemptsOfOneKindAreOneEntry(t *testing.T) {
	b := &book{}
	r := NewRefusals(b.write, time.Now)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 100 {
				r.Note(caller("o", "k", "192.0.2.1"), attempt)
			}
		})
	}
	wg.Wait()
	r.Note(caller("o", "k", "192.0.2.2"), attempt)
	r.Note(caller("o", "other", "192.0.2.1"), attempt)
	r.Note(caller("", "", "192.0.2.1"), Attempt{"update", "integration", 401})
	if err := r.Flush(t.Context()); err != nil || len(b.entries()) != 4 || b.attempts() != 403 {
		t.Fatalf("%d entries for %d attempts, %v", len(b.entries()), b.attempts(), err)
	}
	for _, e := range b.entries() {
		if e.URI != "/v1/integrations/"+string(e.ActorKeyID) || e.ResourceID != string(e.ActorKeyID) || e.Action != "update" || e.At.IsZero() || e.ID == "" {
			t.Errorf("entry %+v", e)
		}
		if want := map[bool]string{true: "unknown", false: "api_key"}[e.Status == 401]; e.ActorType != want {
			t.Errorf("a %d of %q", e.Status, e.ActorType)
		}
	}
	if err := r.Flush(t.Context()); err != nil || len(b.entries()) != 4 {
		t.Error("a flush of nothing wrote")
	}
}

func TestAFloodOfKindsIsBounded(t *testing.T) {
	b := &book{}
	r := NewRefusals(b.write, time.Now)
	for i := range 10_000 {
		r.Note(caller("flooded", "k", fmt.Sprint(i)), attempt)
		r.Note(caller("", "", fmt.Sprint(i)), Attempt{"update", "integration", 401})
	}
	r.Note(caller("calm", "k", "192.0.2.1"), attempt)
	b.fail(errors.New("away"))
	if err := r.Flush(t.Context()); err == nil {
		t.Fatal("a fault was swallowed")
	}
	b.fail(nil)
	if err := r.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	of := map[claviger.OrganisationID]int{}
	for _, e := range b.entries() {
		of[e.OrganisationID]++
	}
	if of["flooded"] != maxKinds+1 || of[""] != maxKinds+1 || of["calm"] != 1 || b.attempts() != 20_001 {
		t.Errorf("%v entries for %d attempts", of, b.attempts())
	}
}

func TestRefusalsAreWrittenEveryMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &book{}
		r := NewRefusals(b.write, time.Now)
		ctx, stop := context.WithCancel(t.Context())
		var faults int
		done := make(chan struct{})
		go func() { defer close(done); r.Run(ctx, func(error) { faults++ }) }()
		r.Note(caller("o", "k", "192.0.2.1"), attempt)
		time.Sleep(59 * time.Second)
		synctest.Wait()
		if len(b.entries()) != 0 {
			t.Error("written early")
		}
		b.fail(errors.New("away"))
		time.Sleep(2 * time.Second)
		synctest.Wait()
		b.fail(nil)
		time.Sleep(time.Minute)
		synctest.Wait()
		if len(b.entries()) != 1 || faults != 1 {
			t.Errorf("%d entries, %d faults", len(b.entries()), faults)
		}
		stop()
		<-done
	})
}

func TestTheLatestAttemptIsTheSample(t *testing.T) {
	tests := map[string]struct{ said, kept string }{
		"a slug":           {"my-integration", "my-integration"},
		"what breaks logs": {"a\nb\x1b[31m\"<x>\u2028é", "a?b??31m??x???"},
		"no text at all":   {"\xff\xfe", "??"},
		"nothing":          {"", ""},
		"far too much":     {strings.Repeat("x", 10_000), strings.Repeat("x", maxSample)},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			b := &book{}
			r := NewRefusals(b.write, time.Now)
			by := caller("o", "k", "192.0.2.1")
			r.Note(by, attempt)
			by.Origin.URI, by.Origin.Resource = tt.said, tt.said
			r.Note(by, attempt)
			if err := r.Flush(t.Context()); err != nil || len(b.kept) != 1 {
				t.Fatalf("%d entries, %v", len(b.kept), err)
			}
			if e := b.kept[0]; e.URI != tt.kept || e.ResourceID != tt.kept || e.Attempts != 2 {
				t.Errorf("kept %q and %q of %d attempts", e.URI, e.ResourceID, e.Attempts)
			}
		})
	}
}
