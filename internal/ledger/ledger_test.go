package ledger

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	claviger "github.com/claviger/claviger"
)

func TestEntryComesOutAsItWentIn(t *testing.T) {
	sink := newSink()
	l := mustOpen(t, testOptions(t.TempDir(), sink))
	defer mustClose(t, l)
	o := opening(1)
	if err := l.Admit(o); err != nil {
		t.Fatal(err)
	}
	flush(t, l)
	want := claviger.Entry{Opening: o, Status: claviger.EntryOpen, Closing: claviger.Closing{ID: o.ID}, Node: l.Node()}
	if diff := cmp.Diff(want, sink.row(o.ID)); diff != "" {
		t.Errorf("open entry (-want +got):\n%s", diff)
	}
	c := closing(o.ID, 7)
	if err := l.Settle(c); err != nil {
		t.Fatal(err)
	}
	flush(t, l)
	want.Status, want.Closing = claviger.EntryClosed, c
	if diff := cmp.Diff(want, sink.row(o.ID)); diff != "" {
		t.Errorf("closed entry (-want +got):\n%s", diff)
	}
	sink.count(t)
}

func TestOpeningAndCloseOfOneBatchShipAsOneEntry(t *testing.T) {
	sink := newSink()
	l := mustOpen(t, testOptions(t.TempDir(), sink))
	defer mustClose(t, l)
	for i := range 10 {
		settle(t, l, admit(t, l, i), i)
	}
	still := admit(t, l, 10)
	flush(t, l)
	if got := sink.count(t); sink.ships != 1 || got[claviger.EntryClosed] != 10 || got[claviger.EntryOpen] != 1 {
		t.Errorf("%d shipments, %v", sink.ships, got)
	}
	flush(t, l)
	if sink.ships != 1 {
		t.Error("shipped again what was shipped")
	}
	settle(t, l, still, 10)
}

func TestCallersMistakesAreRefused(t *testing.T) {
	l := mustOpen(t, testOptions(t.TempDir(), newSink()))
	o := opening(1)
	if err := l.Settle(closing(o.ID, 1)); err == nil {
		t.Error("settled what was never admitted")
	}
	if err := errors.Join(l.Admit(o), l.Settle(closing(o.ID, 1))); err != nil {
		t.Error(err)
	}
	if err := l.Settle(closing(o.ID, 1)); err == nil {
		t.Error("settled twice")
	}
	if err := l.Admit(o); err != nil {
		t.Error(err)
	}
	if err := l.Admit(o); err == nil {
		t.Error("admitted twice at once")
	}
	mustClose(t, l)
	if err := l.Admit(opening(2)); claviger.CodeOf(err) != claviger.Unavailable {
		t.Errorf("admitted after Close: %v", err)
	}
	if err := l.Settle(closing(o.ID, 1)); err == nil {
		t.Error("settled after Close")
	}
}

func TestCleanCloseLeavesNoSegments(t *testing.T) {
	dir, sink := t.TempDir(), newSink()
	for life := range 3 {
		l := mustOpen(t, testOptions(dir, sink))
		settle(t, l, admit(t, l, life), life)
		mustClose(t, l)
		if left, _ := segments(dir); len(left) != 0 {
			t.Errorf("%d segments left", len(left))
		}
	}
	if got := sink.count(t); got[claviger.EntryClosed] != 3 {
		t.Errorf("%v", got)
	}
}

func TestNodeNameIsKept(t *testing.T) {
	dir, sink := t.TempDir(), newSink()
	l := mustOpen(t, testOptions(dir, sink))
	first := l.Node()
	mustClose(t, l)
	l = mustOpen(t, testOptions(dir, sink))
	defer mustClose(t, l)
	if first == "" || l.Node() != first {
		t.Errorf("node %q, then %q", first, l.Node())
	}
}

func TestSecondProcessIsRefused(t *testing.T) {
	dir := t.TempDir()
	l := mustOpen(t, testOptions(dir, newSink()))
	_, err := Open(t.Context(), testOptions(dir, newSink()))
	if err == nil || !strings.Contains(err.Error(), "another claviger process") {
		t.Errorf("Open: %v", err)
	}
	mustClose(t, l)
	mustClose(t, mustOpen(t, testOptions(dir, newSink())))
}

func TestSegmentsRotateAndGo(t *testing.T) {
	dir, sink := t.TempDir(), newSink()
	l := mustOpen(t, testOptions(dir, sink))
	var open []claviger.EntryID
	for i := range 1000 { // about 400 bytes each, segments of 64 KiB
		id := admit(t, l, i)
		if i%100 == 0 {
			open = append(open, id)
		} else {
			settle(t, l, id, i)
		}
	}
	if s := l.Stats(); s.Segments < 5 || s.Open != 10 || s.UnshippedBytes < 300_000 {
		t.Errorf("before shipping: %+v", s)
	}
	flush(t, l)
	if s := l.Stats(); s.Segments != 1 || s.UnshippedBytes != 0 || s.Fault != NoFault {
		t.Errorf("after shipping: %+v", s)
	}
	if left, _ := segments(dir); len(left) != 1 {
		t.Errorf("%d segments on disk", len(left))
	}
	for i, id := range open {
		settle(t, l, id, i)
	}
	mustClose(t, l)
	if got := sink.count(t); got[claviger.EntryClosed] != 1000 || len(got) != 1 {
		t.Errorf("%v", got)
	}
}

func TestManyGoroutines(t *testing.T) {
	sink := newSink()
	l := mustOpen(t, Options{Dir: t.TempDir(), Sink: sink, SegmentBytes: 1, SyncEvery: 1, ShipEvery: 1, BatchEntries: 7})
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Go(func() {
			for i := range 300 {
				o := opening(i)
				if err := errors.Join(l.Admit(o), l.Settle(closing(o.ID, g))); err != nil {
					t.Error(err)
				}
				if i%50 == 0 {
					flush(t, l)
				}
			}
		})
	}
	wg.Wait()
	mustClose(t, l)
	if got := sink.count(t); got[claviger.EntryClosed] != 2400 || len(got) != 1 {
		t.Errorf("%v", got)
	}
}

func TestStoreDownMeansJournalGrows(t *testing.T) {
	dir, sink := t.TempDir(), newSink()
	l := mustOpen(t, testOptions(dir, sink))
	sink.setDown(errDown)
	for i := range 500 {
		settle(t, l, admit(t, l, i), i)
	}
	if err := l.Flush(t.Context()); !errors.Is(err, errDown) {
		t.Errorf("Flush: %v", err)
	}
	if s := l.Stats(); s.Fault != ShipFailing || s.UnshippedBytes == 0 {
		t.Errorf("%+v", s)
	}
	if err := l.Close(t.Context()); !errors.Is(err, errDown) {
		t.Errorf("Close: %v", err)
	}
	if _, err := Open(t.Context(), testOptions(dir, sink)); !errors.Is(err, errDown) {
		t.Errorf("Open: %v", err)
	}
	sink.setDown(nil)
	l = mustOpen(t, testOptions(dir, sink))
	defer mustClose(t, l)
	if got := sink.count(t); got[claviger.EntryClosed] != 500 || l.Stats().Fault != NoFault {
		t.Errorf("%v, %+v", got, l.Stats())
	}
}

func TestShippingRecoversByItself(t *testing.T) {
	sink := newSink()
	o := testOptions(t.TempDir(), sink)
	o.ShipEvery = 1
	l := mustOpen(t, o)
	defer mustClose(t, l)
	sink.setDown(errDown)
	id := admit(t, l, 1)
	if err := l.Flush(t.Context()); !errors.Is(err, errDown) {
		t.Fatal(err)
	}
	sink.setDown(nil)
	for sink.row(id).Status == "" { // the loop ships it, without Flush
		l.ship.turn <- <-l.ship.turn
	}
	settle(t, l, id, 1)
}

func TestNewerSegmentRefusesTheStart(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "0000000000000001.journal")
	if err := os.WriteFile(path, []byte("clvjrnl\x02 with a longer header than ours"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Open(t.Context(), testOptions(dir, newSink()))
	if err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("Open: %v", err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Error("the segment is gone")
	}
}

func TestChargesAreKeptWholeOrRefused(t *testing.T) {
	sink := newSink()
	l := mustOpen(t, testOptions(t.TempDir(), sink))
	o := opening(1)
	o.Charges = strings.Repeat("kc:none:0;", maxCharges/10+1)
	if err := l.Admit(o); claviger.CodeOf(err) != claviger.Unavailable {
		t.Errorf("more charges than a record holds: %v", err)
	}
	o.Charges = o.Charges[:maxCharges/10*10]
	if err := l.Admit(o); err != nil {
		t.Fatal(err)
	}
	settle(t, l, o.ID, 1)
	mustClose(t, l)
	if got := sink.row(o.ID); len(sink.rows) != 1 || got.Charges != o.Charges {
		t.Errorf("%d rows, %d bytes of charges", len(sink.rows), len(got.Charges))
	}
}
