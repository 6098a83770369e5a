package store

import (
	"context"
	"database/sql"
	"fmt"
	"hash/maphash"
	"testing"

	claviger "github.com/claviger/claviger"
	"github.com/pressly/goose/v3"
)

// More counters than are held at once are taken in parts, and each is looked at
// once.
func TestCountersAreRecountedInParts(t *testing.T) {
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	d := Dialect{Name: "sqlite", Goose: goose.DialectSQLite3, Classify: func(error) Class { return Other },
		Placeholder: func(int) string { return "?" }, MaxParameters: 1000}
	s := New(d, Database{db, db}, Database{db, db})
	if _, err := s.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	const counters, wrong = 100, 7
	var entries []claviger.Entry
	for n := range counters {
		id := claviger.NewEntryID()
		c := claviger.Counter{Kind: claviger.CountRatePolicy, ID: "p", Measure: claviger.MeasureRequests, Cadence: "none", Value: fmt.Sprint(n)}
		entries = append(entries, claviger.Entry{Status: claviger.EntryClosed, Closing: claviger.Closing{ID: id},
			Opening: claviger.Opening{ID: id, OrganisationID: "o", Charges: string(claviger.AppendCharge(nil, claviger.Charge{Counter: c}))}})
	}
	if err := s.Ship(t.Context(), "node", entries, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), "UPDATE counters SET used = 9 WHERE CAST(value AS INTEGER) < $1", wrong); err != nil {
		t.Fatal(err)
	}
	for _, most := range []int{1, 10, counters} {
		told := map[string]int{}
		r := recount{seed: maphash.MakeSeed(), most: most, differ: func(d CounterDifference) error {
			told[d.Counter.Value]++
			return nil
		}}
		err := s.transact(context.Background(), db, nil, func(tx *Tx) error { return r.part(t.Context(), tx, 0, 1) })
		if err != nil {
			t.Fatal(err)
		}
		if r.seen != (Recount{counters, wrong}) || len(told) != wrong {
			t.Errorf("%d at once: %+v, told of %v", most, r.seen, told)
		}
	}
}
