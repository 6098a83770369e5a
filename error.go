package claviger

import (
	"errors"
	"strings"
	"time"
)

// Code classes an error the way the admin API reports it. The zero value is
// Internal.
type Code string

// The codes of the admin API and their HTTP statuses.
const (
	Internal     Code = "AB04" // 500
	Invalid      Code = "AB01" // 400
	Forbidden    Code = "AB03" // 403
	Unauthorised Code = "AB05" // 401
	TooMany      Code = "AB06" // 429
	Conflict     Code = "AB07" // 409
	NotFound     Code = "AB08" // 404
	// Stale means that a row changed since it was read; writers try again.
	Stale Code = "stale"
	// TooLarge is a body over its limit, 413.
	TooLarge Code = "too_large"
	// Unavailable is a part that is down for now, 503.
	Unavailable Code = "unavailable"
)

// Problem is one thing wrong with a request: the path of the field
// ("configurations.aws_region", "workspaces[2].id") and what is wrong in words.
// It never holds the value that was sent.
type Problem struct {
	Path    string
	Message string
}

// Error is an error whose Message and Problems are safe to show to a caller.
type Error struct {
	Code     Code
	Message  string
	Problems []Problem
	// RetryAfter is when trying again may help; zero when unknown.
	RetryAfter time.Duration
	// Refusal means that the request was refused to protect something, whatever
	// its Code: it belongs in the audit log. Callers are not told.
	Refusal bool
	cause   error
}

// Fail returns an error of a code with a message that is safe to show.
func Fail(code Code, message string) *Error { return &Error{Code: code, Message: message} }

// Because returns e with a cause for the log; the caller never sees it.
func (e *Error) Because(cause error) *Error {
	c := *e
	c.cause = cause
	return &c
}

// Missing is the answer for a thing that is not there or not the caller's: both
// look alike.
func Missing(what string) *Error { return Fail(NotFound, what+" not found") }

func (e *Error) Error() string {
	if len(e.Problems) == 0 {
		return e.Message
	}
	var b strings.Builder
	b.WriteString(e.Message)
	for i, p := range e.Problems {
		b.WriteString([]string{": ", "; "}[min(i, 1)])
		b.WriteString(p.Path)
		b.WriteString(": ")
		b.WriteString(p.Message)
	}
	return b.String()
}

func (e *Error) Unwrap() error { return e.cause }

// CodeOf returns the code of the first *Error in err's chain, else Internal.
func CodeOf(err error) Code {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return Internal
}

// Problems collects everything wrong with a request before it is refused. The
// zero value is empty and ready.
type Problems []Problem

// maxProblems bounds what one answer names: nobody reads more, and a body can be
// wrong in millions of places.
const maxProblems = 100

// Add notes a problem at path. Those after the first hundred are only said to
// be there.
func (p *Problems) Add(path, message string) {
	switch {
	case len(*p) < maxProblems:
		*p = append(*p, Problem{path, message})
	case len(*p) == maxProblems:
		*p = append(*p, Problem{"", "there are more problems"})
	}
}

// Err is nil when nothing was noted, else one Invalid error with all of it.
func (p Problems) Err() error {
	if len(p) == 0 {
		return nil
	}
	return &Error{Code: Invalid, Message: "Invalid request", Problems: p}
}
