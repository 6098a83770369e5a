package limits

import (
	"strconv"
	"strings"
	"time"
)

// Window says when a limit starts again. All windows are fixed and in UTC. The
// zero value never starts again.
type Window struct {
	// Cadence is "none" or empty, "weekly", "monthly", or days, "30d", for
	// budgets; "rps", "rpm", "rph", "rpd" or "rpw" for rates.
	Cadence string
	// Week is the day that weeks begin on at 00:00 UTC.
	Week time.Weekday
	// Anchor is a midnight at which a window of days begins.
	Anchor time.Time
}

// spans are the rates' windows, aligned to the epoch; the week apart.
var spans = map[string]time.Duration{"rps": time.Second, "rpm": time.Minute, "rph": time.Hour, "rpd": 24 * time.Hour}

func (w Window) rate() bool { return spans[w.Cadence] > 0 || w.Cadence == "rpw" }

// Start is when the window that holds now began; zero when there is but one.
func (w Window) Start(now time.Time) time.Time {
	now = now.UTC()
	if span := spans[w.Cadence]; span > 0 {
		return now.Truncate(span)
	}
	day := now.Truncate(24 * time.Hour)
	switch {
	case w.Cadence == "weekly" || w.Cadence == "rpw":
		return day.AddDate(0, 0, -int((day.Weekday()-w.Week+7)%7))
	case w.Cadence == "monthly":
		return time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC)
	case w.days() > 0:
		since := int64(day.Sub(w.Anchor) / (24 * time.Hour))
		n := int64(w.days())
		return day.AddDate(0, 0, -int((since%n+n)%n))
	}
	return time.Time{}
}

// Next is when the window that holds now ends; zero when it never does.
func (w Window) Next(now time.Time) time.Time {
	start := w.Start(now)
	switch {
	case spans[w.Cadence] > 0:
		return start.Add(spans[w.Cadence])
	case w.Cadence == "weekly" || w.Cadence == "rpw":
		return start.AddDate(0, 0, 7)
	case w.Cadence == "monthly":
		return start.AddDate(0, 1, 0)
	case w.days() > 0:
		return start.AddDate(0, 0, w.days())
	}
	return time.Time{}
}

func (w Window) days() int {
	text, ok := strings.CutSuffix(w.Cadence, "d")
	n, err := strconv.Atoi(text)
	if !ok || err != nil {
		return 0
	}
	return n
}
