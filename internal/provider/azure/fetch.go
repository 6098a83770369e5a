package azure

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"syscall"
	"time"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/provider"
	"github.com/claviger/claviger/internal/secret"
)

// maxAnswer bounds the authority's answer, in bytes.
const maxAnswer = 256 << 10

// answer is what the authority says: a token, or an error.
type answer struct {
	AccessToken secret.String   `json:"access_token"`
	ExpiresIn   json.RawMessage `json:"expires_in"` // seconds; a number, or one as a string
	Error       string          `json:"error"`
	ErrorCodes  []int           `json:"error_codes"`
}

// fetch asks the authority for a token and says how long it lives.
func (t *Tokens) fetch(ctx context.Context) (token secret.String, life time.Duration, err error) {
	form := url.Values{
		"grant_type":    {"client_credentials"},
		"client_id":     {t.id},
		"client_secret": {t.clientSecret.Reveal()},
		"scope":         {scope},
	}
	at := t.from.URL + "/" + url.PathEscape(t.tenant) + "/oauth2/v2.0/token"
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, at, strings.NewReader(form.Encode()))
	if err != nil {
		return token, 0, unavailable("its address cannot be made")
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/json")
	resp, err := t.from.HTTP.Do(req)
	if err != nil {
		return token, 0, unavailable("it could not be reached").Because(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	if err != nil {
		return token, 0, unavailable("its answer broke off").Because(err)
	}
	var a answer
	wrong := json.Unmarshal(body, &a)
	if resp.StatusCode != http.StatusOK {
		return token, 0, unavailable(a.refusal(resp.StatusCode))
	}
	if wrong != nil || a.AccessToken.IsZero() {
		return token, 0, unavailable("its answer holds no token")
	}
	// A token becomes a header; one that cannot be a header is none.
	if strings.ContainsFunc(a.AccessToken.Reveal(), func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
		return token, 0, unavailable("its answer holds no token")
	}
	seconds, err := strconv.ParseInt(strings.Trim(string(a.ExpiresIn), `"`), 10, 32)
	if err != nil || seconds <= 0 {
		return token, 0, unavailable("its answer does not say how long the token lives")
	}
	return a.AccessToken, time.Duration(seconds) * time.Second, nil
}

func unavailable(why string) *claviger.Error {
	return claviger.Fail(claviger.Unavailable, "No token could be had from Microsoft Entra: "+why)
}

// refusal says why the authority gave no token: its code and its number, whose
// meaning is documented. The description may repeat what was sent.
func (a answer) refusal(status int) string {
	said := "it answered " + strconv.Itoa(status)
	if a.Error != "" && len(a.Error) <= 64 && !strings.ContainsFunc(a.Error, notCode) {
		said += " " + a.Error
	}
	if len(a.ErrorCodes) > 0 {
		said += " (AADSTS" + strconv.Itoa(a.ErrorCodes[0]) + ")"
	}
	return said
}

func notCode(r rune) bool {
	return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '_')
}

// public is the client that calls public addresses only and follows nobody.
var public = &http.Client{
	Timeout:       patience,
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	Transport: &http.Transport{
		DialContext: (&net.Dialer{
			Timeout: patience,
			ControlContext: func(_ context.Context, _, address string, _ syscall.RawConn) error {
				addr, err := netip.ParseAddrPort(address)
				if err != nil {
					return fmt.Errorf("address to dial: %w", err)
				}
				return provider.CheckAddr(addr.Addr().Unmap(), false)
			},
		}).DialContext,
		ForceAttemptHTTP2:      true,
		MaxIdleConns:           16,
		IdleConnTimeout:        90 * time.Second,
		TLSHandshakeTimeout:    patience,
		MaxResponseHeaderBytes: 64 << 10,
	},
}
