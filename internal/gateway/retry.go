package gateway

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// retry is what a config says of trying again. It is immutable; nil is never.
type retry struct {
	attempts int   // besides the first, at least one
	statuses []int // that are tried again; a network that fails always is
	heed     bool  // a provider that says when to come again is waited for
}

const (
	// mostRetries is the documented maximum.
	mostRetries = 5
	// firstWait is doubled with each retry.
	firstWait = time.Second
	// heedMost bounds the waits of one request that its providers ask for, one
	// and all together: it is less than that or not waited for at all.
	heedMost = time.Minute
)

// usualStatuses are tried again where a config does not say which.
var usualStatuses = []int{
	http.StatusTooManyRequests, http.StatusInternalServerError, http.StatusBadGateway,
	http.StatusServiceUnavailable, http.StatusGatewayTimeout, 529, // overloaded, in the words of Anthropic
}

func (r *retry) lists(status int) bool { return slices.Contains(r.statuses, status) }

// backoff is the wait after so many retries: 1, 2, 4, 8, 16 seconds.
func backoff(made int) time.Duration { return firstWait << made }

// saidWait is how long a provider says to wait; false when it does not say so in
// words that are understood. The first of the three headers that there is counts.
func saidWait(h http.Header, now time.Time) (time.Duration, bool) {
	for _, name := range []string{"Retry-After-Ms", "X-Ms-Retry-After-Ms"} {
		if v := strings.TrimSpace(h.Get(name)); v != "" {
			return digits(v, time.Millisecond)
		}
	}
	v := strings.TrimSpace(h.Get("Retry-After"))
	if wait, ok := digits(v, time.Second); ok || v == "" {
		return wait, ok
	}
	at, err := http.ParseTime(v)
	return max(at.Sub(now), 0), err == nil
}

// digits reads a number of units, with or without a decimal part. What is longer
// than anybody waits is as long as that.
func digits(v string, unit time.Duration) (time.Duration, bool) {
	whole, part, dotted := strings.Cut(v, ".")
	if !onlyDigits(whole) || dotted && !onlyDigits(part) {
		return 0, false
	}
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || n > int64(heedMost/time.Millisecond) {
		return heedMost, true
	}
	wait := time.Duration(n) * unit
	for place := unit / 10; part != "" && place > 0; part, place = part[1:], place/10 {
		wait += time.Duration(part[0]-'0') * place
	}
	return wait, true
}

func onlyDigits(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return r < '0' || r > '9' })
}
