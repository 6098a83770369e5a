package main

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/store"
	"github.com/claviger/claviger/internal/store/sqlite"
)

func TestThePriceOfAnEntry(t *testing.T) {
	dir := t.TempDir()
	opening := claviger.Opening{AIProvider: "openai", Model: "gpt-x\x1b[31m", OrganisationID: "00000000-0000-7000-8000-000000000001",
		OpenedAt: time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC), EstimatedCost: 9000, Price: "catalogue gpt-x: input 2.5, output 10 USD per million"}
	closed, open := opening, opening
	closed.ID, open.ID = claviger.NewEntryID(), claviger.NewEntryID()
	open.Price = ""
	ship(t, dir, opening.OrganisationID, []claviger.Entry{
		{Status: claviger.EntryClosed, Opening: closed, Closing: claviger.Closing{ID: closed.ID, Outcome: claviger.ClientGone, Estimated: true,
			Tokens: claviger.Tokens{Input: 1200, Output: 300, Reasoning: 20}, Cost: 6_000_000, ClosedAt: opening.OpenedAt}},
		{Status: claviger.EntryOpen, Opening: open},
	})
	tests := map[string]struct {
		args   []string
		status int
		want   string
	}{
		"a closed one": {[]string{"--entry", closed.ID.String()}, exitOK, "Entry:   " + closed.ID.String() + ` of 2026-03-04T05:06:07Z
Model:   "gpt-x\x1b[31m" of openai
Status:  closed, client_gone
Price:   catalogue gpt-x: input 2.5, output 10 USD per million

UNIT       QUANTITY
input      1200
output     300
reasoning  20

Cost:    0.006000000 USD, 6000000 nano-dollars, of estimated tokens
`},
		"one that is not over": {[]string{"--entry", open.ID.String()}, exitOK, "Entry:   " + open.ID.String() + ` of 2026-03-04T05:06:07Z
Model:   "gpt-x\x1b[31m" of openai
Status:  open
Price:   not known

UNIT  QUANTITY

Cost:    0.000009000 USD, 9000 nano-dollars, estimated; it is not over
`},
		"as JSON": {[]string{"--entry", closed.ID.String(), "--json"}, exitOK, `{
  "entry": "` + closed.ID.String() + `",
  "provider": "openai",
  "model": "gpt-x\u001b[31m",
  "status": "closed",
  "price": "catalogue gpt-x: input 2.5, output 10 USD per million",
  "counts": {
    "input": 1200,
    "output": 300,
    "reasoning": 20
  },
  "estimated": true,
  "cost": 6000000
}
`},
		"no such entry":           {[]string{"--entry", claviger.NewEntryID().String()}, exitFailed, "claviger price: read the ledger: there is no such entry\n"},
		"no entry's id":           {[]string{"--entry", "7"}, exitUsage, "claviger price: --entry is no id of an entry\n"},
		"with a price":            {[]string{"--entry", open.ID.String(), "--input", "5"}, exitUsage, "claviger price: --input does not go with --entry, which has its price\n"},
		"a database that is none": {[]string{"--entry", open.ID.String(), "--database-url", "mysql://x"}, exitUsage, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var out strings.Builder
			status := price(t.Context(), append(tt.args, "--data-dir", dir), nil, strings.NewReader(""), &out, &out)
			if d := cmp.Diff(tt.want, out.String()); status != tt.status || tt.want != "" && d != "" {
				t.Errorf("status %d\n%s", status, d)
			}
		})
	}
}

// ship makes a store with an organisation and its entries.
func ship(t *testing.T, dir string, org claviger.OrganisationID, entries []claviger.Entry) {
	t.Helper()
	st, err := sqlite.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	if _, err := st.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := st.Update(t.Context(), func(tx *store.Tx) error {
		return tx.InsertOrganisation(t.Context(), claviger.Organisation{ID: org, Name: "acme", CreatedAt: time.Unix(0, 0).UTC()})
	}); err != nil {
		t.Fatal(err)
	}
	if err := st.Ship(t.Context(), "node", entries, nil); err != nil {
		t.Fatal(err)
	}
}
