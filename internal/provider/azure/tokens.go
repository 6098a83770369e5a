package azure

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/claviger/claviger/internal/provider"
	"github.com/claviger/claviger/internal/secret"
)

// Authority is where Entra hands out tokens. The zero value is the public
// cloud's, called over the network.
type Authority struct {
	HTTP *http.Client     // nil: one that calls public addresses only
	URL  string           // "": https://login.microsoftonline.com
	Now  func() time.Time // nil: the clock
}

const (
	authority = "https://login.microsoftonline.com"
	scope     = "https://cognitiveservices.azure.com/.default"
	// skew is how long before its end a token is no longer used, so that it
	// does not end on the way.
	skew = 5 * time.Minute
	// pause is how long a failure is remembered: while the authority refuses,
	// it is not asked for every request.
	pause = 5 * time.Second
	// patience is how long the authority may take.
	patience = 10 * time.Second
)

// Tokens gives the tokens of one app registration, kept until shortly before
// they end. It is safe for concurrent use; whoever waits for a token waits for
// the same request.
type Tokens struct {
	from         Authority
	tenant, id   string
	clientSecret secret.String

	flight singleflight.Group
	mu     sync.Mutex
	token  secret.String
	err    error
	until  time.Time // the token, or the error, holds so long
}

// Format implements [fmt.Formatter]: no verb looks inside, where a token is, and
// where others may be writing.
func (t *Tokens) Format(f fmt.State, _ rune) {
	io.WriteString(f, "[tokens]")
}

// Tokens are those that s, in the mode entra, has a right to.
func (a Authority) Tokens(s provider.Settings) *Tokens {
	if a.HTTP == nil {
		a.HTTP = public
	}
	if a.URL == "" {
		a.URL = authority
	}
	if a.Now == nil {
		a.Now = time.Now
	}
	return &Tokens{
		from: a, tenant: s.Text("azure_entra_tenant_id"), id: s.Text("azure_entra_client_id"),
		clientSecret: s.Secret["azure_entra_client_secret"],
	}
}

// Token returns a token that is good for a while. The error is an Unavailable
// one fit to be shown, or ctx's.
func (t *Tokens) Token(ctx context.Context) (secret.String, error) {
	if token, ok, err := t.kept(); ok {
		return token, err
	}
	// The request outlives the caller who began it: others wait for it too.
	done := t.flight.DoChan("", func() (any, error) {
		if token, ok, err := t.kept(); ok {
			return token, err
		}
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
		defer cancel()
		token, life, err := t.fetch(ctx)
		t.keep(token, life, err)
		return token, err
	})
	select {
	case r := <-done:
		token, _ := r.Val.(secret.String)
		return token, r.Err
	case <-ctx.Done():
		return secret.String{}, ctx.Err()
	}
}

// kept is the token, or the failure, that still holds.
func (t *Tokens) kept() (token secret.String, ok bool, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.token, t.from.Now().Before(t.until), t.err
}

func (t *Tokens) keep(token secret.String, life time.Duration, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.token, t.err = token, err
	if err != nil {
		life = pause
	} else {
		life -= min(skew, life/2)
	}
	t.until = t.from.Now().Add(life)
}

// Authorize sets a token on a request.
func (t *Tokens) Authorize(ctx context.Context, req *http.Request) error {
	token, err := t.Token(ctx)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+token.Reveal())
	return nil
}
