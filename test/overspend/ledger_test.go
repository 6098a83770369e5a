package overspend

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	claviger "github.com/claviger/claviger"
)

// entry is one row of the ledger as the API shows it.
type entry struct {
	ID, Status, Outcome string
	RequestID           string `json:"request_id"`
	Attempt             int
	Model               string
	WorkspaceID         string      `json:"workspace_id"`
	Input               int64       `json:"input_tokens"`
	Cached              int64       `json:"cache_read_tokens"`
	Output              int64       `json:"output_tokens"`
	Total               int64       `json:"total_tokens"`
	Estimated           bool        `json:"estimated"`
	EstimatedIn         int64       `json:"estimated_input_tokens"`
	EstimatedOut        int64       `json:"estimated_output_tokens"`
	OpenedAt            time.Time   `json:"opened_at"`
	ClosedAt            *time.Time  `json:"closed_at"`
	CostText            json.Number `json:"cost"`
	EstimatedCostText   json.Number `json:"estimated_cost"`
	cost, estimatedCost int64       // nano-dollars

	// On one limit: whether what it held was held before, when it was not admitted
	// yet, and when it was counted; see evidence.held.
	kept          bool
	from, counted time.Time
}

func (e *entry) marker() marker { return marker{e.Model, e.EstimatedOut} }

func (e *entry) turn() turn { return turn{e.marker(), e.Attempt} }

// of is what the entry adds to a counter.
func (e *entry) of(m claviger.Measure) int64 {
	switch m {
	case claviger.MeasureRequests:
		return 1
	case claviger.MeasureTokens:
		return e.Total
	default:
		return e.cost
	}
}

// asked is what was reserved for it, at least.
func (e *entry) asked(m claviger.Measure) int64 {
	switch m {
	case claviger.MeasureRequests:
		return 1
	case claviger.MeasureTokens:
		return e.EstimatedIn + e.EstimatedOut
	default:
		return e.estimatedCost
	}
}

// units reads an amount on the wire: dollars as a decimal number, or a count.
func units(measure string, text json.Number) (int64, error) {
	if measure != string(claviger.MeasureCost) {
		return strconv.ParseInt(string(text), 10, 64)
	}
	whole, part, _ := strings.Cut(string(text), ".")
	if len(part) > 9 {
		return 0, fmt.Errorf("%s dollars are no whole nano-dollars", text)
	}
	return strconv.ParseInt(whole+part+strings.Repeat("0", 9-len(part)), 10, 64)
}

// readLedger reads the whole ledger, newest first.
func (w *world) readLedger() ([]entry, error) {
	const size = 1000
	var out []entry
	seen := map[string]bool{}
	for page := 0; ; page++ {
		resp, err := w.server.Admin().Try(http.MethodGet, fmt.Sprintf("/v1/usage/entries?page_size=%d&current_page=%d", size, page), nil)
		if err != nil {
			return nil, err
		}
		var list struct{ Data []entry }
		dec := json.NewDecoder(bytes.NewReader(resp.Body))
		if err := dec.Decode(&list); err != nil || resp.Status != http.StatusOK {
			return nil, fmt.Errorf("read the ledger: status %d, %w: %.300s", resp.Status, err, resp.Body)
		}
		for _, e := range list.Data {
			if seen[e.ID] {
				continue // pages move while entries come in
			}
			seen[e.ID] = true
			if e.cost, err = units("cost", e.CostText); err != nil {
				return nil, fmt.Errorf("the cost of entry %s: %w", e.ID, err)
			}
			if e.estimatedCost, err = units("cost", e.EstimatedCostText); err != nil {
				return nil, fmt.Errorf("the estimated cost of entry %s: %w", e.ID, err)
			}
			out = append(out, e)
		}
		if len(list.Data) < size {
			return out, nil
		}
	}
}

// shippedWithin bounds how long entries may take from the journal to the store.
const shippedWithin = 30 * time.Second

// shipped reads the ledger once it has all that the provider saw and nothing in
// it is open.
func (w *world) shipped(seen map[turn]service) ([]entry, error) {
	deadline := time.Now().Add(shippedWithin)
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		entries, err := w.readLedger()
		if err != nil {
			return nil, err
		}
		have, open := map[turn]bool{}, 0
		for i := range entries {
			have[entries[i].turn()] = true
			if entries[i].Status == "open" {
				open++
			}
		}
		missing := 0
		for t := range seen {
			if !have[t] {
				missing++
			}
		}
		if missing+open == 0 || time.Now().After(deadline) {
			return entries, nil // the verdicts name what is wrong
		}
		<-tick.C
	}
}
