package ledger

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	claviger "github.com/claviger/claviger"
)

// journalOf records n attempts, settles those before open, and dies. It returns
// the ids and where each record of the last segment ends.
func journalOf(t *testing.T, dir string, n, open int) (ids []claviger.EntryID, ends []int64) {
	t.Helper()
	sink := newSink()
	l := mustOpen(t, testOptions(dir, sink))
	mark := func() { ends = append(ends, l.j.current().size) }
	for i := range n {
		ids = append(ids, admit(t, l, i))
		mark()
		if i < open {
			settle(t, l, ids[i], i)
			mark()
		}
	}
	crash(l)
	return ids, ends
}

// copyJournal puts a changed segment beside a copy of the rest.
func copyJournal(t *testing.T, from string, change func([]byte) []byte) string {
	t.Helper()
	to := t.TempDir()
	for _, name := range []string{"node", "0000000000000001.journal"} {
		b, err := os.ReadFile(filepath.Join(from, name))
		if err != nil {
			t.Fatal(err)
		}
		if name != "node" {
			b = change(b)
		}
		if err := os.WriteFile(filepath.Join(to, name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return to
}

func TestTornTailAtEveryByte(t *testing.T) {
	dir := t.TempDir()
	_, ends := journalOf(t, dir, 4, 2) // open close open close open open
	last, tail := ends[len(ends)-1], ends[len(ends)-4]
	for cut := int64(0); cut <= last; cut++ {
		if cut == int64(headerSize)+1 {
			cut = tail // a close, and two openings
		}
		var junk []byte
		if cut%2 == 0 && cut >= int64(headerSize) { // a header is on disk before anything follows it
			junk = make([]byte, 300)
		}
		whole := 0
		for _, end := range ends {
			if end <= cut {
				whole++
			}
		}
		torn := copyJournal(t, dir, func(b []byte) []byte { return append(bytes.Clone(b[:cut]), junk...) })
		sink := newSink()
		l := mustOpen(t, testOptions(torn, sink))
		got, closed := sink.count(t), min(whole/2, 2)
		if got[claviger.EntryClosed] != closed || got[claviger.EntryUnsettled] != whole-2*closed || got[claviger.EntryOpen] != 0 {
			t.Fatalf("cut at %d after %d records: %v", cut, whole, got)
		}
		if s := l.Stats(); s.SkippedBytes != 0 {
			t.Fatalf("cut at %d: %d bytes called damage", cut, s.SkippedBytes)
		}
		crash(l)
	}
}

func TestDamageInTheMiddleIsSkippedCountedAndKept(t *testing.T) {
	dir := t.TempDir()
	ids, ends := journalOf(t, dir, 6, 6)
	start := func(i int) int64 { // of record i
		if i == 0 {
			return int64(headerSize)
		}
		return ends[i-1]
	}
	tests := map[string]func([]byte) []byte{
		"a flipped bit in a text":   func(b []byte) []byte { b[start(2)+60] ^= 4; return b },
		"a flipped bit in a length": func(b []byte) []byte { b[start(2)+5] ^= 4; return b },
		"a zeroed stretch":          func(b []byte) []byte { clear(b[start(2)+10 : start(4)+10]); return b },
	}
	for name, change := range tests {
		t.Run(name, func(t *testing.T) {
			broken := copyJournal(t, dir, change)
			sink := newSink()
			l := mustOpen(t, testOptions(broken, sink))
			defer mustClose(t, l)
			sink.faults = nil // the close behind the damaged opening came alone, as it must
			if _, ok := sink.rows[ids[0]]; !ok {
				t.Error("what stood before the damage is missing")
			}
			if row := sink.rows[ids[5]]; row.Status != claviger.EntryClosed {
				t.Error("what stood behind the damage is missing")
			}
			if s := l.Stats(); s.SkippedBytes == 0 || s.TornBytes != 0 {
				t.Errorf("%+v", s)
			}
			kept, _ := filepath.Glob(filepath.Join(broken, "*.damaged"))
			if len(kept) != 1 {
				t.Errorf("%d damaged segments kept", len(kept))
			}
		})
	}
}

func TestPlantedRecordInATextIsNotRead(t *testing.T) {
	dir, sink := t.TempDir(), newSink()
	l := mustOpen(t, testOptions(dir, sink))
	forged := opening(9)
	planted := opening(1)
	for seed := range uint32(50) { // a caller does not know the seed
		planted.RequestID = string(encodeOpening(nil, seed, &forged))
		planted.ID = claviger.NewEntryID()
		if err := l.Admit(planted); err != nil {
			t.Fatal(err)
		}
	}
	path := l.j.current().path
	crash(l)
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	b[headerSize+30] ^= 1 // so that the reader searches inside the first record
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	mustClose(t, mustOpen(t, testOptions(dir, sink)))
	if _, ok := sink.rows[forged.ID]; ok {
		t.Error("the planted record was read")
	}
	if len(sink.rows) != 49 {
		t.Errorf("%d entries", len(sink.rows))
	}
}

// A power loss can take records that were shipped already. What the next life
// writes must not pass for shipped.
func TestRecordsAfterAPowerLossAreShipped(t *testing.T) {
	dir, sink := t.TempDir(), newSink()
	l := mustOpen(t, testOptions(dir, sink))
	for i := range 5 {
		settle(t, l, admit(t, l, i), i)
	}
	flush(t, l)
	path := l.j.current().path
	crash(l)
	if err := os.Truncate(path, int64(headerSize)+100); err != nil {
		t.Fatal(err)
	}
	l = mustOpen(t, testOptions(dir, sink))
	settle(t, l, admit(t, l, 6), 6)
	mustClose(t, l)
	if got := sink.count(t); got[claviger.EntryClosed] != 6 {
		t.Errorf("%v", got)
	}
}

// A node that lost its disk starts a new journal under its old name.
func TestNewJournalUnderAnOldNameIsShipped(t *testing.T) {
	sink := newSink()
	o := testOptions(t.TempDir(), sink)
	o.Node = "gateway-1"
	l := mustOpen(t, o)
	for i := range 5 {
		settle(t, l, admit(t, l, i), i)
	}
	flush(t, l)
	crash(l)
	o.Dir = t.TempDir()
	l = mustOpen(t, o)
	settle(t, l, admit(t, l, 6), 6)
	crash(l)
	mustClose(t, mustOpen(t, o))
	if got := sink.count(t); got[claviger.EntryClosed] != 6 {
		t.Errorf("%v", got)
	}
}

func TestPositionOfANewerVersionRefusesTheStart(t *testing.T) {
	sink := newSink()
	o := testOptions(t.TempDir(), sink)
	o.Node = "n"
	sink.pos["n"] = []byte{2, 0}
	if _, err := Open(t.Context(), o); err == nil {
		t.Error("opened")
	}
}
