package claviger

import "time"

// Tokens counts what an attempt used, each class apart and none counted twice.
// Counts are never negative; the zero value used nothing.
type Tokens struct {
	Input        int64 // uncached text in
	CacheRead    int64
	CacheWrite5m int64
	CacheWrite1h int64
	AudioInput   int64 // uncached
	ImageInput   int64 // uncached
	Output       int64 // text out, reasoning included
	AudioOutput  int64
	ImageOutput  int64
	Reasoning    int64 // the part of Output that was reasoning

	CacheReadAudio int64
	CacheReadImage int64
	// WebSearches and FileSearches are what the provider did on its own, in
	// times, not tokens.
	WebSearches  int64
	FileSearches int64
}

// In is everything that went in.
func (t Tokens) In() int64 {
	return t.Input + t.CacheRead + t.CacheWrite5m + t.CacheWrite1h + t.AudioInput + t.ImageInput +
		t.CacheReadAudio + t.CacheReadImage
}

// Out is everything that came out.
func (t Tokens) Out() int64 { return t.Output + t.AudioOutput + t.ImageOutput }

// Opening is the record of an admitted attempt, written before the provider is
// called.
type Opening struct {
	ID             EntryID
	RequestID      string
	OrganisationID OrganisationID
	WorkspaceID    WorkspaceID
	APIKeyID       APIKeyID
	IntegrationID  IntegrationID // empty when the caller brought the credential
	ProviderID     ProviderID
	ProviderSlug   string
	AIProvider     string
	Operation      string // "chatComplete", "embed", …
	Model          string // as sent to the provider, at most 512 bytes of it
	Stream         bool
	Attempt        int // from 1 within the request
	OpenedAt       time.Time
	// EstimatedIn, EstimatedOut and EstimatedCost, in nano-dollars, are booked
	// when the close never comes.
	EstimatedIn   int64
	EstimatedOut  int64
	EstimatedCost int64
	// Price says in words what the attempt is charged at, so that its cost can be
	// understood when prices have changed; empty when the model has no price.
	Price string
	// Charges are the counters it counts on; see [AppendCharge].
	Charges string
}

// Outcome says how an attempt ended.
type Outcome string

// The outcomes.
const (
	Success       Outcome = "success"
	ProviderError Outcome = "provider_error" // an answer that is no success
	Unreachable   Outcome = "unreachable"    // no answer at all
	TimedOut      Outcome = "timeout"
	ClientGone    Outcome = "client_gone"
	Cut           Outcome = "cut" // the answer broke off
	Failed        Outcome = "internal_error"
	Shutdown      Outcome = "shutdown"
)

// Closing is the record of an attempt's end, written before the caller gets the
// last byte.
type Closing struct {
	ID           EntryID
	Outcome      Outcome
	HTTPStatus   int // sent to the caller; 499 when it had left
	Tokens       Tokens
	Cost         int64  // nano-dollars (1e-9 USD), rounded up
	Estimated    bool   // the provider did not say; counted from bytes
	Model        string // as the provider named it; may be empty
	ClosedAt     time.Time
	UpstreamTime time.Duration // from sending until the answer's headers
	FirstByte    time.Duration // from admission until the first byte to the caller; 0: none
}

// EntryStatus is the state of a ledger entry.
type EntryStatus string

// The states: open while the attempt runs, closed once its end is booked,
// unsettled when the process died in between and the estimate stands.
const (
	EntryOpen      EntryStatus = "open"
	EntryClosed    EntryStatus = "closed"
	EntryUnsettled EntryStatus = "unsettled"
)

// Entry is one attempt in the ledger. Closing is zero but for its ID while the
// entry is open; of an unsettled one it has the estimate as its Tokens, marked
// Estimated, and nothing else.
type Entry struct {
	Opening
	Status  EntryStatus
	Closing Closing
	Node    string // whose journal it came from
}
