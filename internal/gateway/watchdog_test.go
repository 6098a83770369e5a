package gateway

import (
	"net/http/httptest"
	"testing"
	"time"
)

// still is a timer that goes off when a test calls f.
type still struct {
	f    func()
	sets int
}

// Stop implements Timer.
func (s *still) Stop() bool { return true }

// Reset implements Timer.
func (s *still) Reset(time.Duration) bool { s.sets++; return true }

// deadlines counts the write deadlines that are set.
type deadlines struct {
	*httptest.ResponseRecorder
	set int
}

// SetWriteDeadline is found by [http.ResponseController].
func (d *deadlines) SetWriteDeadline(time.Time) error { d.set++; return nil }

func TestTheWatchdogBitesWhatStandsStill(t *testing.T) {
	const look, move, stop, follow = "look", "move", "stop", "follow"
	for name, tt := range map[string]struct {
		happens   []string
		bites     int
		deadlines int // of writes to the caller
		sets      int // of the timer, after the first
	}{
		"an answer that does not begin":              {[]string{look}, 1, 0, 0},
		"one that began and does not go on":          {[]string{follow, look}, 1, 1, 1},
		"one that moved and then does not go on":     {[]string{follow, move, look, look}, 1, 1, 2},
		"not one that moves":                         {[]string{follow, move, look, move, look}, 0, 0, 3},
		"not one that is over":                       {[]string{stop, look}, 0, 0, 0},
		"not one that stood still and is over":       {[]string{follow, stop, look}, 0, 0, 1},
		"nor looks again at what moved and was over": {[]string{follow, move, stop, look, look}, 0, 0, 1},
	} {
		t.Run(name, func(t *testing.T) {
			timer := &still{}
			g := &Gateway{Options: Options{AfterFunc: func(_ time.Duration, f func()) Timer { timer.f = f; return timer }}}
			w := &deadlines{ResponseRecorder: httptest.NewRecorder()}
			bites := 0
			d := g.watch(time.Second, func() { bites++ })
			for _, what := range tt.happens {
				switch what {
				case look:
					timer.f()
				case move:
					d.moved()
				case stop:
					d.stop()
				case follow:
					d.follow(time.Minute, w)
				}
			}
			if bites != tt.bites || w.set != tt.deadlines || timer.sets != tt.sets {
				t.Errorf("%d bites, %d deadlines, set %d times; want %d, %d, %d", bites, w.set, timer.sets, tt.bites, tt.deadlines, tt.sets)
			}
		})
	}
}
