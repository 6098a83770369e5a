package admin

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	claviger "github.com/claviger/claviger"
)

func TestAFewReadAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		turns := newTurns(2, 10*time.Second, time.Minute)
		began, end := make(chan struct{}, 5), make(chan struct{})
		read := func(context.Context) error {
			began <- struct{}{}
			<-end
			return nil
		}
		results := make(chan error, 5)
		for _, key := range []claviger.APIKeyID{"a", "b", "c", "d"} {
			go func() { results <- turns.do(t.Context(), key, read) }()
		}
		synctest.Wait()
		if len(began) != 2 {
			t.Errorf("%d read at once", len(began))
		}
		time.Sleep(10 * time.Second) // of the fake clock: the others give up
		for range 2 {
			var e *claviger.Error
			if err := <-results; !errors.As(err, &e) || e.Code != claviger.Unavailable || e.RetryAfter != 10*time.Second {
				t.Errorf("who waited too long got %v", err)
			}
		}
		go func() { results <- turns.do(t.Context(), "e", read) }()
		synctest.Wait()
		close(end)
		for range 3 {
			if err := <-results; err != nil {
				t.Errorf("whose turn it was got %v", err)
			}
		}
		if len(began) != 3 {
			t.Errorf("%d have read", len(began))
		}
	})
}

// One key reads with half of what there is, and the others find a place.
func TestOneKeyTakesNotAllTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		turns := newTurns(4, time.Hour, time.Hour)
		began, end := make(chan claviger.APIKeyID, 20), make(chan struct{})
		var readers sync.WaitGroup
		read := func(key claviger.APIKeyID) {
			readers.Go(func() {
				err := turns.do(t.Context(), key, func(context.Context) error {
					began <- key
					<-end
					return nil
				})
				if err != nil {
					t.Errorf("%s: %v", key, err)
				}
			})
		}
		for range 10 {
			read("greedy")
		}
		synctest.Wait()
		read("modest")
		synctest.Wait()
		if a, b, c := <-began, <-began, <-began; len(began) != 0 || a != "greedy" || b != "greedy" || c != "modest" {
			t.Errorf("%s, %s, %s and %d others read", a, b, c, len(began))
		}
		close(end)
		readers.Wait()
		if len(turns.own) != 0 {
			t.Errorf("%d keys are remembered", len(turns.own))
		}
	})
}

func TestATurnEnds(t *testing.T) {
	until := func(ctx context.Context) error {
		<-ctx.Done()
		return ctx.Err()
	}
	gone := errors.New("gone")
	for name, tt := range map[string]struct {
		ctx  func(context.Context) context.Context
		read func(context.Context) error
		want func(error) bool
	}{
		"with what was read": {nil, func(context.Context) error { return nil }, func(err error) bool { return err == nil }},
		"with its fault":     {nil, func(context.Context) error { return gone }, func(err error) bool { return errors.Is(err, gone) }},
		"after its time":     {nil, until, func(err error) bool { return claviger.CodeOf(err) == claviger.Unavailable }},
		"when the caller left": {func(ctx context.Context) context.Context {
			ctx, cancel := context.WithCancelCause(ctx)
			time.AfterFunc(time.Second, func() { cancel(context.Canceled) })
			return ctx
		}, until, func(err error) bool { return errors.Is(err, context.Canceled) }},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				turns := newTurns(1, 10*time.Second, time.Minute)
				ctx := t.Context()
				if tt.ctx != nil {
					ctx = tt.ctx(ctx)
				}
				if err := turns.do(ctx, "k", tt.read); !tt.want(err) {
					t.Errorf("it got %v", err)
				}
				if err := turns.do(t.Context(), "k", func(context.Context) error { return nil }); err != nil {
					t.Errorf("the next got %v", err)
				}
			})
		})
	}
}

// Who leaves while others read does not wait on.
func TestWhoWaitsMayLeave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		turns := newTurns(1, time.Hour, time.Hour)
		end := make(chan struct{})
		first := make(chan error)
		go func() {
			first <- turns.do(t.Context(), "k", func(context.Context) error { <-end; return nil })
		}()
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := turns.do(ctx, "k", func(context.Context) error { return nil }); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("it got %v", err)
		}
		close(end)
		if err := <-first; err != nil {
			t.Errorf("who read got %v", err)
		}
	})
}
