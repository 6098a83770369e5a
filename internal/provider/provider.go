// Package provider is the seam between the gateway and the dialects of model
// providers. A kind of provider is one [Adapter], declared in a folder of its
// own and listed in package all; its [Spec] declares which fields an
// integration of that kind has, and validation, masking and the documentation
// come from there.
package provider

import (
	"context"
	"net/http"
	"net/url"

	"github.com/claviger/claviger/internal/llm"
)

// Operation is what a caller asks of a provider, by the documented function
// names that policies and logs use.
type Operation string

// The operations.
const (
	Chat     Operation = "chatComplete"
	Complete Operation = "complete"
	Embed    Operation = "embed"
)

// Adapter is one kind of provider. It is immutable and safe for concurrent use.
type Adapter interface {
	// Spec declares the kind and its fields.
	Spec() Spec
	// Compile makes a stored account ready to call, once, when its row
	// changes. The settings have passed Spec's validation.
	Compile(Settings) (Account, error)
}

// Account is one stored provider account, compiled. It is immutable and safe
// for concurrent use.
type Account interface {
	// Base is where the account's credential may go: scheme, host and path
	// prefix without a trailing slash.
	Base() *url.URL
	// Encode turns a call into what goes upstream. The error is a
	// *claviger.Error when the caller asked for what the kind cannot do. It
	// never changes call.Request.Body.
	Encode(call Call) (Upstream, error)
	// Authorize adds the account's credential to a finished request. It comes
	// last, because some schemes sign the body, and only when req goes to Base.
	Authorize(ctx context.Context, req *http.Request, body []byte) error
	// Decode returns what turns the answer to call into the OpenAI dialect.
	Decode(call Call) Decoder
}

// ModelLister is what an Account may be besides: one whose list of models is
// not at "/models" below Base.
type ModelLister interface {
	// ModelsPath is where the list is, below Base, with a leading slash; it may
	// carry a query. "" means that the provider has no list.
	ModelsPath() string
}

// ModelNamer is what an Account may be besides: one whose callers may ask for
// something else than a model, such as a deployment.
type ModelNamer interface {
	// ModelOf is the model behind the name a caller asks for, which may be "";
	// "" when there is none.
	ModelOf(name string) string
	// ModelNames are the names that callers can ask for.
	ModelNames() []string
	// Called is which of ModelNames a request for name goes to, as when there is
	// one for all that is unknown; "" when there is none.
	Called(name string) string
}

// Expander is an [Account] whose Encode takes more memory than the body it is
// given. The caller sees to it that there is room.
type Expander interface {
	// Expansion is the most that Encode takes, in bytes, for a body of so many
	// bytes with so many JSON objects in it.
	Expansion(size, objects int64) int64
}

// Call is one request of a caller, routed to an account.
type Call struct {
	Operation Operation
	Request   llm.Request
	Model     string // the provider's name for it, slug prefix removed
	// Strict is strict OpenAI compliance, the default: no fields in the answer
	// that OpenAI does not document.
	Strict bool
}

// Upstream is a call in the provider's dialect.
type Upstream struct {
	Path   string // below Base, with a leading slash; may carry a query
	Body   []byte // may alias the caller's body, never written to
	Header http.Header
}

// Decoder turns one answer of a provider into the OpenAI dialect and counts
// what it used. It lives for one attempt and is not safe for concurrent use.
type Decoder interface {
	// Body translates the whole body of a success. out may alias body.
	Body(body []byte) (out []byte, err error)
	// Frame translates one frame of an event stream, its blank line included,
	// appending what the caller is to see to dst. last is true for the frame
	// that ends the stream well ("[DONE]" and its like). An error is a failure
	// the provider reported inside the stream; its text may be shown.
	Frame(dst, frame []byte) (out []byte, last bool, err error)
	// Usage is what the answer has said so far of tokens and model; ok is
	// false while it has not said, in the end, both input and output. Of what it
	// has not said Tokens holds a count made from the request and the content
	// seen; Usage says which that is.
	Usage() (u Usage, ok bool)
}

// Usage is what an answer says of itself.
type Usage = llm.Usage
