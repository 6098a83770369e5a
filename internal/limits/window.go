package limits

import (
	"strconv"
	"strings"
	"time"
)

// Window says when a limit starts again. All windows are fixed and in UTC: their
// ends are those of the cadence, whenever the limit was set. The zero value never
// starts again.
//
// Windows follow one another without a gap, for every instant: Start(t) ≤ t <
// Next(t), and Next(t) is the start of the window after it.
type Window struct {
	// Cadence is "none" or empty, "weekly", "monthly", or days, "30d", for
	// budgets; "rps", "rpm", "rph", "rpd" or "rpw" for rates.
	Cadence string
	// Week is the day that weeks begin on at 00:00 UTC.
	Week time.Weekday
	// Anchor is the midnight of the first end of a window: before it, whatever the
	// cadence, there is one window that never began. From then on the cadence's
	// ends apply, of days counted from Anchor; without a cadence there is no other
	// end. Zero: the cadence alone, and of days no end at all.
	Anchor time.Time
}

const (
	day  = 24 * 60 * 60 // seconds
	week = 7 * day
	// monday is a Monday, in seconds since the epoch.
	monday = 4 * day
)

// span is the length, in seconds, of a rate's window; 0: it is a budget. Weeks
// apart, they begin with the epoch.
func (w Window) span() int64 {
	switch w.Cadence {
	case "rps":
		return 1
	case "rpm":
		return 60
	case "rph":
		return 60 * 60
	case "rpd":
		return day
	case "rpw":
		return week
	}
	return 0
}

func (w Window) rate() bool { return w.span() > 0 }

// Start is when the window that holds now began; zero when it never did.
func (w Window) Start(now time.Time) time.Time {
	if w.first(now) {
		return time.Time{}
	}
	start := w.regular(now)
	if start.Before(w.Anchor) {
		return w.Anchor
	}
	return start
}

// Next is when the window that holds now ends; zero when it never does.
func (w Window) Next(now time.Time) time.Time {
	if w.first(now) {
		return w.Anchor
	}
	if w.Cadence == "monthly" {
		year, month, _ := now.UTC().Date()
		return time.Date(year, month+1, 1, 0, 0, 0, 0, time.UTC)
	}
	if length, _ := w.fixed(); length > 0 {
		return time.Unix(w.regular(now).Unix()+length, 0).UTC()
	}
	return time.Time{}
}

// first reports whether now is before the first end of a window.
func (w Window) first(now time.Time) bool { return !w.Anchor.IsZero() && now.Before(w.Anchor) }

// regular is the cadence's last end of a window until now; zero when there is
// none.
func (w Window) regular(now time.Time) time.Time {
	if w.Cadence == "monthly" {
		year, month, _ := now.UTC().Date()
		return time.Date(year, month, 1, 0, 0, 0, 0, time.UTC)
	}
	length, origin := w.fixed()
	if length == 0 {
		return time.Time{}
	}
	now = now.UTC()
	since := (now.Unix() - origin) % length
	if since < 0 {
		since += length
	}
	return time.Unix(now.Unix()-since, 0).UTC()
}

// fixed is the length of windows that are all alike, and where one begins, both
// in seconds; 0 when they are not.
func (w Window) fixed() (length, origin int64) {
	switch w.Cadence {
	case "weekly", "rpw":
		return week, monday + int64((w.Week-time.Monday+7)%7)*day
	}
	if span := w.span(); span > 0 {
		return span, 0
	}
	if n := w.days(); n > 0 && !w.Anchor.IsZero() {
		return n * day, w.Anchor.Unix()
	}
	return 0, 0
}

// days is N of a cadence of N days; 0 of others.
func (w Window) days() int64 {
	text, ok := strings.CutSuffix(w.Cadence, "d")
	n, err := strconv.ParseUint(text, 10, 16)
	if !ok || err != nil {
		return 0
	}
	return int64(n)
}
