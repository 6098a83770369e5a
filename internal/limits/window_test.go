package limits_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/claviger/claviger/internal/limits"
)

func utc(s string) time.Time {
	t, err := time.Parse("2006-01-02 15:04:05", s)
	if err != nil {
		panic(err)
	}
	return t
}

func TestWindows(t *testing.T) {
	weekly := limits.Window{Cadence: "weekly"}
	tests := map[string]struct {
		window      limits.Window
		now         string
		start, next string // "": there is none
	}{
		"without a cadence there is one window": {limits.Window{Cadence: "none"}, "2026-03-11 12:00:00", "", ""},
		"the zero window neither":               {limits.Window{}, "2026-03-11 12:00:00", "", ""},
		"one reset, before it":                  {limits.Window{Anchor: utc("2026-04-01 00:00:00")}, "2026-03-31 23:59:59", "", "2026-04-01 00:00:00"},
		"one reset, at it":                      {limits.Window{Anchor: utc("2026-04-01 00:00:00")}, "2026-04-01 00:00:00", "2026-04-01 00:00:00", ""},
		"a month begins on the first":           {limits.Window{Cadence: "monthly"}, "2026-03-01 00:00:00", "2026-03-01 00:00:00", "2026-04-01 00:00:00"},
		"a month ends with its last second":     {limits.Window{Cadence: "monthly"}, "2026-02-28 23:59:59", "2026-02-01 00:00:00", "2026-03-01 00:00:00"},
		"February has a leap day":               {limits.Window{Cadence: "monthly"}, "2028-02-29 10:00:00", "2028-02-01 00:00:00", "2028-03-01 00:00:00"},
		"December ends with the year":           {limits.Window{Cadence: "monthly"}, "2026-12-31 23:59:59", "2026-12-01 00:00:00", "2027-01-01 00:00:00"},
		"a week begins on Sunday":               {weekly, "2026-03-08 00:00:00", "2026-03-08 00:00:00", "2026-03-15 00:00:00"},
		"a week ends with Saturday":             {weekly, "2026-03-07 23:59:59", "2026-03-01 00:00:00", "2026-03-08 00:00:00"},
		"a policy's week begins on Monday":      {limits.Window{Cadence: "weekly", Week: time.Monday}, "2026-03-08 23:59:59", "2026-03-02 00:00:00", "2026-03-09 00:00:00"},
		"a rate's week begins on Monday":        {limits.Window{Cadence: "rpw", Week: time.Monday}, "2026-03-09 00:00:00", "2026-03-09 00:00:00", "2026-03-16 00:00:00"},
		"thirty days from their anchor":         {limits.Window{Cadence: "30d", Anchor: utc("2026-01-31 00:00:00")}, "2026-03-02 00:00:00", "2026-03-02 00:00:00", "2026-04-01 00:00:00"},
		"the second before":                     {limits.Window{Cadence: "30d", Anchor: utc("2026-01-31 00:00:00")}, "2026-03-01 23:59:59", "2026-01-31 00:00:00", "2026-03-02 00:00:00"},
		"days before their anchor":              {limits.Window{Cadence: "1d", Anchor: utc("2026-03-20 00:00:00")}, "2026-03-11 12:00:00", "", "2026-03-20 00:00:00"},
		"days over four centuries":              {limits.Window{Cadence: "1d", Anchor: utc("1970-01-01 00:00:00")}, "2400-02-29 12:00:00", "2400-02-29 00:00:00", "2400-03-01 00:00:00"},
		"days without an anchor never end":      {limits.Window{Cadence: "30d"}, "2026-03-11 12:00:00", "", ""},
		"no month ends before the first reset":  {limits.Window{Cadence: "monthly", Anchor: utc("2026-05-10 00:00:00")}, "2026-04-02 00:00:00", "", "2026-05-10 00:00:00"},
		"the first reset is one boundary more":  {limits.Window{Cadence: "monthly", Anchor: utc("2026-05-10 00:00:00")}, "2026-05-20 00:00:00", "2026-05-10 00:00:00", "2026-06-01 00:00:00"},
		"months go on after it":                 {limits.Window{Cadence: "monthly", Anchor: utc("2026-05-10 00:00:00")}, "2026-06-01 00:00:00", "2026-06-01 00:00:00", "2026-07-01 00:00:00"},
		"a first reset on a boundary adds none": {limits.Window{Cadence: "weekly", Anchor: utc("2026-03-08 00:00:00")}, "2026-03-11 00:00:00", "2026-03-08 00:00:00", "2026-03-15 00:00:00"},
		"a second":                              {limits.Window{Cadence: "rps"}, "2026-03-11 12:34:56", "2026-03-11 12:34:56", "2026-03-11 12:34:57"},
		"a minute":                              {limits.Window{Cadence: "rpm"}, "2026-03-11 12:34:56", "2026-03-11 12:34:00", "2026-03-11 12:35:00"},
		"an hour":                               {limits.Window{Cadence: "rph"}, "2026-03-11 12:34:56", "2026-03-11 12:00:00", "2026-03-11 13:00:00"},
		"a day":                                 {limits.Window{Cadence: "rpd"}, "2026-03-11 12:34:56", "2026-03-11 00:00:00", "2026-03-12 00:00:00"},
		"a minute before the epoch":             {limits.Window{Cadence: "rpm"}, "1969-12-31 23:59:59", "1969-12-31 23:59:00", "1970-01-01 00:00:00"},
		"an unknown cadence never ends":         {limits.Window{Cadence: "rpx"}, "2026-03-11 12:00:00", "", ""},
		"a cadence of no days never ends":       {limits.Window{Cadence: "0d", Anchor: utc("2026-01-31 00:00:00")}, "2026-03-02 00:00:00", "2026-01-31 00:00:00", ""},
		"days that are no number never end":     {limits.Window{Cadence: "-3d", Anchor: utc("2026-01-31 00:00:00")}, "2026-03-02 00:00:00", "2026-01-31 00:00:00", ""},
		"days beyond all measure never end":     {limits.Window{Cadence: "99999999d", Anchor: utc("2026-01-31 00:00:00")}, "2026-03-02 00:00:00", "2026-01-31 00:00:00", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var start, next time.Time
			if tt.start != "" {
				start = utc(tt.start)
			}
			if tt.next != "" {
				next = utc(tt.next)
			}
			// The clock's own zone changes nothing.
			for _, zone := range []*time.Location{time.UTC, time.FixedZone("east", 14*3600), time.FixedZone("west", -11*3600-1800)} {
				now := utc(tt.now).In(zone)
				if got := tt.window.Start(now); !got.Equal(start) {
					t.Errorf("starts at %v, want %v", got, start)
				}
				if got := tt.window.Next(now); !got.Equal(next) {
					t.Errorf("ends at %v, want %v", got, next)
				}
			}
		})
	}
}

var instants = rapid.Custom(func(t *rapid.T) time.Time {
	base := rapid.SampledFrom([]time.Time{
		utc("1970-01-01 00:00:00"), utc("2024-02-29 00:00:00"), utc("2026-03-01 00:00:00"), utc("2026-12-31 00:00:00"), utc("2100-02-28 00:00:00"),
	}).Draw(t, "near")
	offset := time.Duration(rapid.Int64Range(-400*86400, 400*86400).Draw(t, "seconds"))*time.Second +
		time.Duration(rapid.Int64Range(-2, 2).Draw(t, "microseconds"))*time.Microsecond
	zone := time.FixedZone("", rapid.IntRange(-14*3600, 14*3600).Draw(t, "zone"))
	return base.Add(offset).In(zone)
})

var windows = rapid.Custom(func(t *rapid.T) limits.Window {
	w := limits.Window{
		Cadence: rapid.SampledFrom([]string{"", "none", "weekly", "monthly", "1d", "7d", "30d", "365d", "rps", "rpm", "rph", "rpd", "rpw"}).Draw(t, "cadence"),
		Week:    time.Weekday(rapid.IntRange(0, 6).Draw(t, "week")),
	}
	if rapid.Bool().Draw(t, "anchored") {
		w.Anchor = instants.Draw(t, "anchor").UTC().Truncate(24 * time.Hour)
	}
	return w
})

// boundary says in a naive way whether a window of w begins at t.
func boundary(w limits.Window, t time.Time) bool {
	t = t.UTC()
	if !w.Anchor.IsZero() && t.Before(w.Anchor) {
		return false
	}
	midnight := t.Equal(t.Truncate(24 * time.Hour))
	var days int
	switch n, _ := fmt.Sscanf(w.Cadence, "%dd", &days); {
	case !w.Anchor.IsZero() && t.Equal(w.Anchor):
		return true
	case n == 1:
		return !w.Anchor.IsZero() && midnight && int(t.Sub(w.Anchor)/(24*time.Hour))%days == 0
	}
	switch w.Cadence {
	case "weekly", "rpw":
		return midnight && t.Weekday() == w.Week
	case "monthly":
		return midnight && t.Day() == 1
	case "rpd":
		return midnight
	case "rph":
		return t.Minute() == 0 && t.Second() == 0 && t.Nanosecond() == 0
	case "rpm":
		return t.Second() == 0 && t.Nanosecond() == 0
	case "rps":
		return t.Nanosecond() == 0
	}
	return false
}

func TestWindowsFollowOneAnother(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w, now := windows.Draw(t, "window"), instants.Draw(t, "now")
		start, next := w.Start(now), w.Next(now)
		if start.After(now) || !next.IsZero() && !next.After(now) {
			t.Fatalf("%v is not from %v until %v", now, start, next)
		}
		if !start.IsZero() && (!boundary(w, start) || !w.Start(start).Equal(start) || !w.Next(start).Equal(next)) {
			t.Fatalf("from %v it ends at %v, not at %v", start, w.Next(start), next)
		}
		if !next.IsZero() && (!boundary(w, next) || !w.Start(next).Equal(next) || !w.Start(next.Add(-1)).Equal(start)) {
			t.Fatalf("the window after %v starts at %v, the one before at %v", next, w.Start(next), w.Start(next.Add(-1)))
		}
		later := now.Add(time.Duration(rapid.Int64Range(0, int64(800*24*time.Hour)).Draw(t, "later")))
		if end := w.Next(later); w.Start(later).Before(start) || !end.IsZero() && end.Before(next) {
			t.Fatalf("later, at %v, it is from %v until %v", later, w.Start(later), end)
		}
		// No boundary lies inside.
		for _, unit := range []time.Duration{time.Second, time.Minute, time.Hour, 24 * time.Hour} {
			inner := now.UTC().Truncate(unit)
			if inner.After(start) && boundary(w, inner) {
				t.Fatalf("%v is inside the window from %v", inner, start)
			}
		}
	})
}

func TestRulesNeverCountBeforeSince(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := &limits.Rule{Window: windows.Draw(t, "window"), Since: instants.Draw(t, "since")}
		now := instants.Draw(t, "now")
		start, next := r.Start(now), r.Next(now)
		if start.Before(r.Since) || start.Before(r.Window.Start(now)) {
			t.Fatalf("starts at %v", start)
		}
		if !next.IsZero() && (!next.After(start) || !next.After(now)) {
			t.Fatalf("from %v, ends at %v", start, next)
		}
		if !r.Window.Next(start).Equal(next) {
			t.Fatalf("ends at %v, but by its start at %v", next, r.Window.Next(start))
		}
	})
}
