package admin

import (
	"context"
	"errors"
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
		for range 4 {
			go func() { results <- turns.do(t.Context(), read) }()
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
		go func() { results <- turns.do(t.Context(), read) }()
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
				if err := turns.do(ctx, tt.read); !tt.want(err) {
					t.Errorf("it got %v", err)
				}
				if err := turns.do(t.Context(), func(context.Context) error { return nil }); err != nil {
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
			first <- turns.do(t.Context(), func(context.Context) error { <-end; return nil })
		}()
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := turns.do(ctx, func(context.Context) error { return nil }); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("it got %v", err)
		}
		close(end)
		if err := <-first; err != nil {
			t.Errorf("who read got %v", err)
		}
	})
}
