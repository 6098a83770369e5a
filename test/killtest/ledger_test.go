package killtest

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/claviger/claviger/test/harness"
	"github.com/claviger/claviger/test/upstream"
)

// shippedWithin bounds how long entries may take from the journal to the store.
const shippedWithin = 30 * time.Second

// entry is one row of the ledger as the API shows it.
type entry struct {
	id, status, model string
	in, out           float64
}

// checkLedger compares the whole ledger with what callers and provider saw.
func checkLedger(t *testing.T, server *harness.Server, provider *upstream.Server, rec *record) {
	t.Helper()
	seen := map[string]bool{} // models the provider saw; each request has its own
	for _, r := range provider.Seen() {
		seen[r.Model] = true
	}
	entries := shipped(t, server, rec, seen)

	byID, byModel := map[string]entry{}, map[string]int{}
	for _, e := range entries {
		if _, twice := byID[e.id]; twice {
			t.Errorf("entry %s is there twice", e.id)
		}
		byID[e.id] = e
		byModel[e.model]++
		if e.status != "closed" && e.status != "unsettled" {
			t.Errorf("entry %s (%s) is %s with nothing running", e.id, e.model, e.status)
		}
	}
	for id, model := range rec.finished {
		e, ok := byID[id]
		switch {
		case !ok:
			t.Errorf("entry %s (%s) is lost: its answer's end had arrived", id, model)
		case e.status != "closed":
			t.Errorf("entry %s (%s) is %s, want closed: its answer's end had arrived", id, model, e.status)
		case e.model != model:
			t.Errorf("entry %s is of model %s, want %s", id, e.model, model)
		case complete(model) && (e.in != upstream.PromptTokens || e.out != upstream.CompletionTokens):
			t.Errorf("entry %s (%s) has %v tokens in and %v out, want %d and %d",
				id, model, e.in, e.out, upstream.PromptTokens, upstream.CompletionTokens)
		}
	}
	for id, model := range rec.begun {
		if _, ok := byID[id]; !ok {
			t.Errorf("entry %s (%s) is lost: its answer had begun", id, model)
		}
	}
	for model := range seen {
		if byModel[model] != 1 {
			t.Errorf("model %s reached the provider once and is in the ledger %d times", model, byModel[model])
		}
	}
	for model, n := range byModel {
		if n != 1 {
			t.Errorf("model %s was asked once and is in the ledger %d times", model, n)
		}
	}
}

// complete reports whether a model's answers carry the provider's usage.
func complete(model string) bool {
	behaviour, _, _ := strings.Cut(model, "--")
	return behaviour == "ok" || behaviour == "long" || behaviour == "split"
}

// shipped reads the ledger until it holds every entry it must.
func shipped(t *testing.T, server *harness.Server, rec *record, seen map[string]bool) []entry {
	t.Helper()
	deadline := time.Now().Add(shippedWithin)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		entries := readLedger(t, server)
		have, open := map[string]bool{}, 0
		for _, e := range entries {
			have[e.id], have[e.model] = true, true
			if e.status == "open" {
				open++
			}
		}
		missing := 0
		for _, ids := range []map[string]string{rec.finished, rec.begun} {
			for id := range ids {
				if !have[id] {
					missing++
				}
			}
		}
		for model := range seen {
			if !have[model] {
				missing++
			}
		}
		if missing+open == 0 || time.Now().After(deadline) {
			return entries // the checks name what is wrong
		}
		<-tick.C
	}
}

// readLedger reads every page of the ledger.
func readLedger(t *testing.T, server *harness.Server) []entry {
	t.Helper()
	const size = 100
	var out []entry
	for page := 0; ; page++ {
		list := server.Admin().Must(http.MethodGet, fmt.Sprintf("/v1/usage/entries?page_size=%d&current_page=%d", size, page), nil)
		rows, _ := list.At("data").([]any)
		for i := range rows {
			in, _ := list.At("data", i, "input_tokens").(float64)
			got, _ := list.At("data", i, "output_tokens").(float64)
			out = append(out, entry{
				id: list.Text("data", i, "id"), status: list.Text("data", i, "status"),
				model: list.Text("data", i, "model"), in: in, out: got,
			})
		}
		if len(rows) < size {
			return out
		}
	}
}
