package upstream

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// Whatever is cancelled when, no answer reaches another request, and nothing is
// left open.
func TestNoAnswerReachesAnotherRequest(t *testing.T) {
	echo := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		if len(b)%3 == 0 { // chunked, in pieces
			for piece := range strings.SplitAfterSeq(string(b), ",") {
				io.WriteString(w, piece)
				http.NewResponseController(w).Flush()
			}
			return
		}
		w.Write(b)
	})
	server := &http.Server{Handler: echo, ReadHeaderTimeout: patience}
	target := serveHTTP(t, server)
	before := runtime.NumGoroutine()
	tr, l := lean(t, Options{MaxIdlePerHost: 20})
	var answered, cancelled atomic.Int64
	var all sync.WaitGroup
	for g := range 200 {
		all.Go(func() {
			rnd := rand.New(rand.NewPCG(1, uint64(g)))
			for i := range 10 {
				id := fmt.Sprintf("%d,%d,%s", g, i, strings.Repeat("x,", rnd.IntN(3000)))
				ctx, cancel := context.WithCancel(t.Context())
				req := request(t, "POST", target, id).WithContext(ctx)
				var timer *time.Timer
				if rnd.IntN(2) == 0 {
					timer = time.AfterFunc(time.Duration(rnd.IntN(3000))*time.Microsecond, cancel)
				}
				switch _, text, err := fetch(tr, req); {
				case err == nil && text != id:
					t.Errorf("%.20q was answered with %.20q", id, text)
				case err == nil:
					answered.Add(1)
				case ctx.Err() == nil:
					t.Errorf("%.20q: %v", id, err)
				default:
					cancelled.Add(1)
				}
				if timer != nil {
					timer.Stop()
				}
				cancel()
			}
		})
	}
	all.Wait()
	t.Logf("%d answered, %d cancelled, %d connections", answered.Load(), cancelled.Load(), l.dialled())
	tr.CloseIdleConnections()
	l.wantOpen(t, 0)
	server.Close()
	for limit := time.Now().Add(patience); runtime.NumGoroutine() > before+2; runtime.Gosched() {
		if time.Now().After(limit) {
			t.Fatalf("%d goroutines, %d before", runtime.NumGoroutine(), before)
		}
	}
}
