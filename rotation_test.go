package claviger

import (
	"testing"
	"time"
)

func instant(t *testing.T, s string) time.Time {
	t.Helper()
	v, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestTheNextRotation(t *testing.T) {
	tests := map[string]struct {
		policy    RotationPolicy
		next      string // NextAt
		now, want string
	}{
		"weekly, from a Wednesday":             {RotationPolicy{Period: Weekly}, "", "2030-05-08T12:00:00Z", "2030-05-13T00:00:00Z"},
		"weekly, from a Monday":                {RotationPolicy{Period: Weekly}, "", "2030-05-06T00:00:00Z", "2030-05-13T00:00:00Z"},
		"weekly, from a Sunday":                {RotationPolicy{Period: Weekly}, "", "2030-05-12T23:59:59Z", "2030-05-13T00:00:00Z"},
		"monthly, from within a month":         {RotationPolicy{Period: Monthly}, "", "2030-01-31T12:00:00Z", "2030-02-01T00:00:00Z"},
		"monthly, from the first":              {RotationPolicy{Period: Monthly}, "", "2030-12-01T00:00:00Z", "2031-01-01T00:00:00Z"},
		"days, without a date":                 {RotationPolicy{PeriodDays: 10}, "", "2030-05-06T07:08:09Z", "2030-05-16T00:00:00Z"},
		"days, from a date that was reached":   {RotationPolicy{PeriodDays: 10}, "2030-05-06T00:00:00Z", "2030-05-06T00:00:00Z", "2030-05-16T00:00:00Z"},
		"days, from a date long passed":        {RotationPolicy{PeriodDays: 10}, "2030-05-01T00:00:00Z", "2030-05-24T12:00:00Z", "2030-05-31T00:00:00Z"},
		"weekly, and the date still to come":   {RotationPolicy{Period: Weekly}, "2030-06-01T00:00:00Z", "2030-05-08T12:00:00Z", "2030-06-01T00:00:00Z"},
		"weekly, and the date wins only once":  {RotationPolicy{Period: Weekly}, "2030-06-01T00:00:00Z", "2030-06-01T12:00:00Z", "2030-06-03T00:00:00Z"},
		"a date alone, still to come":          {RotationPolicy{}, "2030-06-01T00:00:00Z", "2030-05-08T12:00:00Z", "2030-06-01T00:00:00Z"},
		"a date alone, reached: nothing after": {RotationPolicy{}, "2030-06-01T00:00:00Z", "2030-06-01T00:00:00Z", "0001-01-01T00:00:00Z"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if tt.next != "" {
				tt.policy.NextAt = instant(t, tt.next)
			}
			if got := tt.policy.Rotated(instant(t, tt.now)).NextAt; !got.Equal(instant(t, tt.want)) {
				t.Errorf("got %v, want %s", got, tt.want)
			}
		})
	}
}

func TestWhichSecretsOpen(t *testing.T) {
	now := instant(t, "2030-05-06T07:08:09Z")
	k := APIKey{Hash: KeyHash{1}, OldHash: KeyHash{2}, OldUntil: now.Add(time.Second)}
	tests := map[string]struct {
		hash KeyHash
		at   time.Time
		want bool
	}{
		"the current one":                 {KeyHash{1}, now, true},
		"the one before":                  {KeyHash{2}, now, true},
		"the one before, at its end":      {KeyHash{2}, now.Add(time.Second), false},
		"another":                         {KeyHash{3}, now, false},
		"none, though both may be absent": {KeyHash{}, now, false},
	}
	for name, tt := range tests {
		if got := k.OpensWith(tt.hash, tt.at); got != tt.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	if (APIKey{OldUntil: now.Add(time.Hour)}).InTransition(now) {
		t.Error("a key that was never rotated is in transition")
	}
}
