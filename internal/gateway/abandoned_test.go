package gateway_test

import (
	"fmt"
	"net/http"
	"testing"
)

// A provider's refusal costs nothing. One of something on the way that stopped
// waiting may stand for work that was done, which a strict limit must count.
func TestWhatAProxyGaveUpOnIsBookedUnderAStrictLimit(t *testing.T) {
	for status, waited := range map[int]bool{
		http.StatusRequestTimeout: true, http.StatusGatewayTimeout: true, 524: true,
		http.StatusBadRequest: false, http.StatusTooManyRequests: false, http.StatusInternalServerError: false,
		http.StatusBadGateway: false, http.StatusServiceUnavailable: false, 529: false,
	} {
		for _, place := range []string{"Workspace", "Policy"} {
			for limit, strict := range map[string]bool{
				`{"type":"cost","credit_limit":5,"enforcement":"strict"}`:       true,
				`{"type":"tokens","credit_limit":90000,"enforcement":"strict"}`: true,
				`{"type":"cost","credit_limit":5}`:                              false,
			} {
				t.Run(fmt.Sprintf("%d with %s on the %s", status, limit, place), func(t *testing.T) {
					r := pricedRig(t, says(status))
					places[place].set(r, limit, "")
					if resp, body := r.chat(bounded, team...); resp.StatusCode != status {
						t.Fatalf("%d %s", resp.StatusCode, body)
					}
					o, c := r.books.one(t)
					tokens, cost := int64(0), int64(0)
					if waited && strict {
						tokens, cost = o.EstimatedIn+o.EstimatedOut, o.EstimatedCost
					}
					if c.Tokens.In()+c.Tokens.Out() != tokens || c.Cost != cost || c.Estimated != (tokens > 0) || c.HTTPStatus != status {
						t.Errorf("booked %+v of %+v", c, o)
					}
				})
			}
		}
	}
}

// So is each that is made again, and the next asks for room beside it.
func TestWhatAProxyGaveUpOnIsNotForgottenByARetry(t *testing.T) {
	r := pricedRig(t, says(http.StatusGatewayTimeout), (&waits{}).of)
	// Room for one bound of 0.000556 US dollars, and not for two.
	places["API Key"].set(r, `{"type":"cost","credit_limit":0.001,"enforcement":"strict"}`, "")
	resp, body := r.chat(bounded, retries(`{"attempts":3}`)...)
	if resp.StatusCode != 412 {
		t.Errorf("%d %s", resp.StatusCode, body)
	}
	all := r.books.attempts(t, 1)
	if c := all[0].Closing; c.Cost == 0 || !c.Estimated {
		t.Errorf("booked %+v", c)
	}
}
