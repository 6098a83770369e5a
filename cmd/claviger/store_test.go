package main

import (
	"errors"
	"fmt"
	"testing"

	claviger "github.com/claviger/claviger"
)

func TestDetailTellsACauseOnce(t *testing.T) {
	cause := errors.New("disk i/o error")
	hides := claviger.Fail(claviger.Unavailable, "the database does not answer").Because(cause)
	tests := map[string]struct {
		err  error
		want string
	}{
		"an error that keeps its cause":         {hides, "the database does not answer (disk i/o error)"},
		"one that keeps it, in a longer chain":  {fmt.Errorf("make the key: %w", hides), "make the key: the database does not answer (disk i/o error)"},
		"an error that was given its detail":    {detail(hides), "the database does not answer (disk i/o error)"},
		"a chain that tells everything":         {fmt.Errorf("open ledger: %w", cause), "open ledger: disk i/o error"},
		"an error for callers without a cause":  {claviger.Missing("organisation"), "organisation not found"},
		"an error without anything behind it":   {cause, "disk i/o error"},
		"a cause that the message tells anyway": {claviger.Fail(claviger.Unavailable, "away: disk i/o error").Because(cause), "away: disk i/o error"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := detail(tt.err)
			if got.Error() != tt.want || !errors.Is(got, tt.err) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
