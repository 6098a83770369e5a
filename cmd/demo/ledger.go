package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"
)

// bookedWithin bounds how long an entry may take from its answer to the ledger.
const bookedWithin = 10 * time.Second

func (t *tour) ledger(ctx context.Context) error {
	c := t.admin(http.MethodGet, "/v1/usage/entries?page_size=10", nil)
	// Entries reach the store in batches, a moment after their answers.
	waiting, cancel := context.WithTimeout(ctx, bookedWithin)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for !t.settled(waiting, c) {
		select {
		case <-waiting.Done():
			_, _, _ = t.do(ctx, c) // shows what is there instead
			return errors.New("the ledger has not both answers as closed entries")
		case <-tick.C:
		}
	}
	o, _, err := t.do(ctx, c)
	if err != nil {
		return err
	}
	entries, _ := o.at("data").([]any)
	for i := range entries {
		in, out := o.number("data", i, "input_tokens"), o.number("data", i, "output_tokens")
		if slices.Contains(t.entries, o.text("data", i, "id")) && (in <= 0 || out <= 0) {
			return fmt.Errorf("entry %s has %v tokens in and %v out", o.text("data", i, "id"), in, out)
		}
	}
	t.out.checked("both answers are in the ledger, closed, with their tokens")
	return nil
}

// settled reports whether the ledger has all answers of the tour as closed.
func (t *tour) settled(ctx context.Context, c call) bool {
	a, err := c.fetch(ctx)
	if err != nil {
		return false
	}
	var o object
	if json.Unmarshal(a.body, &o) != nil {
		return false
	}
	entries, _ := o.at("data").([]any)
	closed := 0
	for i := range entries {
		if slices.Contains(t.entries, o.text("data", i, "id")) && o.text("data", i, "status") == "closed" {
			closed++
		}
	}
	return closed == len(t.entries)
}
