package overspend

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	claviger "github.com/claviger/claviger"
)

// explained is a limit as POST /v1/explain shows it.
type explained struct {
	On, Type, Window      string
	Value, Used, Reserved json.Number
}

// explain asks which limits apply to the requests of a lane's user, and how they
// stand in the running process.
func (w *world) explain(at, user int) ([]explained, error) {
	l := w.lanes[at]
	resp, err := w.server.As(l.keys[user%len(l.keys)]).Try(http.MethodPost, "/v1/explain",
		body(marker{modelName(0), 1}, false, 1), "x-portkey-metadata", fmt.Sprintf(`{"_user":%q}`, l.users[user]))
	if err != nil {
		return nil, err
	}
	var said struct{ Limits []explained }
	if err := json.Unmarshal(resp.Body, &said); err != nil || resp.Status != http.StatusOK {
		return nil, fmt.Errorf("explain: status %d, %w: %.300s", resp.Status, err, resp.Body)
	}
	return said.Limits, nil
}

// settledWithin bounds how long the last attempts may take to be settled.
const settledWithin = 10 * time.Second

// counters compares the counters of the running process with the ledger, once
// nothing runs any more, and says what differs.
func (w *world) counters(e *evidence) (faults []string, err error) {
	deadline := time.Now().Add(settledWithin)
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		if faults, err = w.compare(e); err != nil || len(faults) == 0 || time.Now().After(deadline) {
			return faults, err
		}
		<-tick.C
	}
}

func (w *world) compare(e *evidence) (faults []string, err error) {
	for at, l := range w.lanes {
		for user, name := range l.users {
			all, err := w.explain(at, user)
			if err != nil {
				return nil, err
			}
			for _, b := range w.budgets {
				if b.lane != at || b.user != "" && b.user != name {
					continue
				}
				faults = append(faults, e.differs(b, name, all)...)
			}
		}
	}
	return faults, nil
}

// differs says how a budget's counter differs from the ledger.
func (e *evidence) differs(b budget, user string, all []explained) (faults []string) {
	a := e.account(b)
	found := 0
	for _, x := range all {
		if x.On != b.on || x.Type != string(b.measure) || b.rate != (x.Window == "rpd") {
			continue
		}
		found++
		if b.rate && a.limit != b.limit {
			continue // a day has begun on the way: yesterday's are in the ledger only
		}
		used, err := units(x.Type, x.Used)
		if want := a.settled + a.unsettled; err != nil || used != want || x.Reserved != "0" {
			faults = append(faults, fmt.Sprintf("the %s counter of the %s (lane %d, %s) has %s used and %s reserved, want %s and 0 with nothing running",
				b.measure, b.name, b.lane, user, x.Used, x.Reserved, amountText(b.measure, want)))
		}
	}
	if found != 1 {
		faults = append(faults, fmt.Sprintf("%d limits of %s on the %s (lane %d, %s), want 1: %+v", found, b.measure, b.name, b.lane, user, all))
	}
	return faults
}

func amountText(m claviger.Measure, n int64) string { return (&budget{measure: m}).show(n) }
