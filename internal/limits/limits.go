// Package limits is the seam between the gateway and whatever bounds the use of
// a key, a workspace, an integration or a provider. A request reserves before it
// is sent and settles, or releases, exactly once on every exit.
//
// The gateway admits in two levels: one hold for the request, against its key
// and workspace, and one for each attempt, against the integration and the
// provider it is sent to.
package limits

import (
	"context"
	"fmt"
	"time"
)

// Kind is what a limit sits on.
type Kind string

// The kinds of subject.
const (
	Process     Kind = "process" // the whole node; its ID is empty
	APIKey      Kind = "api key"
	Workspace   Kind = "workspace"
	Integration Kind = "integration"
	Provider    Kind = "provider"
)

// Subject is one thing that limits sit on.
type Subject struct {
	Kind Kind
	ID   string
}

// Amount is what is reserved or used. The zero value is nothing.
type Amount struct {
	Requests int64
	Tokens   int64
	Cost     int64 // nano-dollars (1e-9 USD)
}

// Limiter admits. It is safe for concurrent use.
type Limiter interface {
	// Admit reserves estimate against every limit of all subjects, or against
	// none. The error is a *Denied when a limit refuses.
	Admit(ctx context.Context, subjects []Subject, estimate Amount) (Hold, error)
}

// Hold is a reservation. Of all calls of Settle and Release the first one
// counts; the others do nothing. It is safe for concurrent use.
type Hold interface {
	// Settle turns the reservation into what was really used.
	Settle(used Amount)
	// Release gives the reservation back.
	Release()
}

// Denied says which limit refused.
type Denied struct {
	Subject Subject
	Limit   string // its name, for the caller
	// RetryAfter is when trying again may help; zero when unknown.
	RetryAfter time.Duration
}

func (d *Denied) Error() string {
	return fmt.Sprintf("%s of the %s reached", d.Limit, d.Subject.Kind)
}
