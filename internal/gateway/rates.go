package gateway

import (
	"net/http"
	"strconv"
	"time"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/limits"
)

// rateHeaders are the headers that say how much of a rate limit is left, in the
// form that OpenAI gives them: times as durations, "6m0s".
type rateHeaders struct{ limit, remaining, reset string }

var (
	requestHeaders = rateHeaders{"X-Ratelimit-Limit-Requests", "X-Ratelimit-Remaining-Requests", "X-Ratelimit-Reset-Requests"}
	tokenHeaders   = rateHeaders{"X-Ratelimit-Limit-Tokens", "X-Ratelimit-Remaining-Tokens", "X-Ratelimit-Reset-Tokens"}
)

// ratePrefix begins the names of these headers, and of a provider's own.
const ratePrefix = "X-Ratelimit-"

// nameRates tells the caller of the tightest rate limit of each measure.
func nameRates(h http.Header, states []limits.RateState, now time.Time) {
	var tightest [2]*limits.RateState
	for i := range states {
		s := &states[i]
		at := 0
		if s.Rule.Counter.Measure == claviger.MeasureTokens {
			at = 1
		}
		if tightest[at] == nil || left(s) < left(tightest[at]) ||
			left(s) == left(tightest[at]) && s.State.Next.After(tightest[at].State.Next) {
			tightest[at] = s
		}
	}
	for i, names := range []rateHeaders{requestHeaders, tokenHeaders} {
		if s := tightest[i]; s != nil {
			names.set(h, s, now)
		}
	}
}

// set writes the headers of one rate limit. The values share their memory: every
// request pays for this.
func (n rateHeaders) set(h http.Header, s *limits.RateState, now time.Time) {
	var room [64]byte
	text := strconv.AppendInt(room[:0], s.Rule.Value, 10)
	limit := len(text)
	text = strconv.AppendInt(text, left(s), 10)
	remaining := len(text)
	text = append(text, max(s.State.Next.Sub(now), 0).Truncate(time.Millisecond).String()...)
	all := string(text)
	values := []string{all[:limit], all[limit:remaining], all[remaining:]}
	h[n.limit], h[n.remaining], h[n.reset] = values[0:1:1], values[1:2:2], values[2:3:3]
}

// nameRates tells the caller of the rate limits that the holds count on.
func (a *attempt) nameRates() {
	states := a.here.Rates(a.hold.Rates(a.tries.counted())) // mostly none
	if a.rated = len(states) > 0; a.rated {
		nameRates(a.w.Header(), states, a.opening.OpenedAt)
	}
}

func left(s *limits.RateState) int64 {
	return max(s.Rule.Value-s.State.Used-s.State.Reserved, 0)
}
