package ledger

import (
	"errors"
	"strings"
	"sync"
	"syscall"
	"testing"

	claviger "github.com/claviger/claviger"
)

// disk is a file system of a certain size that fails when told.
type disk struct {
	mu         sync.Mutex
	free       int64
	noReserve  bool // as file systems that cannot
	noTruncate bool
	noSync     bool
}

func (d *disk) create(path string) (file, error) {
	f, err := newOSFile(path)
	if err != nil {
		return nil, err
	}
	return &diskFile{file: f, d: d}, nil
}

func (d *disk) give(n int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.free += n
}

// diskFile is a file that owns so many bytes of its disk.
type diskFile struct {
	file
	d   *disk
	own int64
}

func (f *diskFile) Reserve(size int64) error {
	f.d.mu.Lock()
	defer f.d.mu.Unlock()
	if f.d.noReserve {
		return errors.ErrUnsupported
	}
	if more := max(size-f.own, 0); more > f.d.free {
		return syscall.ENOSPC
	}
	f.d.free -= max(size-f.own, 0)
	f.own = max(size, f.own)
	return nil
}

func (f *diskFile) WriteAt(b []byte, off int64) (int, error) {
	f.d.mu.Lock()
	defer f.d.mu.Unlock()
	fits := int64(len(b))
	if more := off + fits - f.own; more > 0 {
		got := min(more, f.d.free)
		f.d.free -= got
		f.own += got
		fits = max(f.own-off, 0)
	}
	n, err := f.file.WriteAt(b[:fits], off)
	if err == nil && n < len(b) {
		err = syscall.ENOSPC
	}
	return n, err
}

func (f *diskFile) Truncate(size int64) error {
	f.d.mu.Lock()
	defer f.d.mu.Unlock()
	if f.d.noTruncate {
		return syscall.EIO
	}
	f.d.free += max(f.own-size, 0)
	f.own = min(f.own, size)
	return f.file.Truncate(size)
}

func (f *diskFile) Sync() error {
	f.d.mu.Lock()
	defer f.d.mu.Unlock()
	if f.d.noSync {
		return syscall.EIO
	}
	return f.file.Sync()
}

const segment64K = 64 << 10

func diskLedger(t *testing.T, d *disk) (*Ledger, *memorySink, Options) {
	sink := newSink()
	o := testOptions(t.TempDir(), sink)
	o.newFile = d.create
	return mustOpen(t, o), sink, o
}

// fill admits until the ledger refuses, and checks how it refuses.
func fill(t *testing.T, l *Ledger) (ids []claviger.EntryID) {
	t.Helper()
	for i := range 100_000 {
		o := opening(i)
		if err := l.Admit(o); err != nil {
			if claviger.CodeOf(err) != claviger.Unavailable {
				t.Fatal(err)
			}
			return ids
		}
		ids = append(ids, o.ID)
	}
	t.Fatal("never refused")
	return nil
}

func TestFullDiskRefusesAdmissionsButNoClose(t *testing.T) {
	d := &disk{free: segment64K}
	l, sink, _ := diskLedger(t, d)
	ids := fill(t, l)
	if len(ids) < 50 || l.Stats().Fault != NoRoom {
		t.Errorf("%d admitted, %+v", len(ids), l.Stats())
	}
	for _, id := range ids {
		c := longestClosing()
		c.ID = id
		if err := l.Settle(c); err != nil {
			t.Fatal(err)
		}
	}
	flush(t, l)
	if got := sink.count(t); got[claviger.EntryClosed] != len(ids) || len(got) != 1 {
		t.Errorf("%v of %d", got, len(ids))
	}
	d.give(segment64K)
	settle(t, l, admit(t, l, 1), 1)
	if s := l.Stats(); s.Fault != NoFault {
		t.Errorf("%+v", s)
	}
	mustClose(t, l)
}

func TestAStartWithoutRoomSaysHowMuchIsNeededAndWhere(t *testing.T) {
	o := testOptions(t.TempDir(), newSink())
	o.newFile = (&disk{free: segment64K - 1}).create
	l, err := Open(t.Context(), o)
	if err == nil {
		mustClose(t, l)
	}
	if want := "no room in " + o.Dir + " for a segment of the journal, which takes 0.0625 MiB"; err == nil || !strings.Contains(err.Error(), want) || !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("%v, want %q in it", err, want)
	}
}

func TestRoomInTheSegmentThatClosesLeaveIsUsed(t *testing.T) {
	l, _, _ := diskLedger(t, &disk{free: segment64K})
	ids := fill(t, l)
	for i, id := range ids { // short closes: what was kept free for long ones comes back
		settle(t, l, id, i)
	}
	if more := fill(t, l); len(more) == 0 {
		t.Error("nothing admitted after the closes")
	}
	if err := l.Close(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestWhereNothingCanBeReservedClosesWaitInMemory(t *testing.T) {
	d := &disk{free: 20_000, noReserve: true}
	l, sink, o := diskLedger(t, d)
	ids := fill(t, l) // the last record did not fit and was cut off again
	for i, id := range ids {
		if err := l.Settle(closing(id, i)); !errors.Is(err, ErrDeferred) && err != nil {
			t.Fatal(err)
		}
	}
	if s := l.Stats(); s.Deferred == 0 || s.Fault != NoRoom {
		t.Errorf("%+v", s)
	}
	if err := l.Settle(closing(ids[len(ids)-1], 1)); err == nil || errors.Is(err, ErrDeferred) {
		t.Errorf("a waiting close was settled again: %v", err)
	}
	if err := l.Admit(opening(1)); claviger.CodeOf(err) != claviger.Unavailable {
		t.Errorf("admitted while closes wait: %v", err)
	}
	d.give(1 << 20)
	flush(t, l)
	if s := l.Stats(); s.Deferred != 0 || s.Open != 0 || s.Fault != NoFault {
		t.Errorf("%+v", s)
	}
	settle(t, l, admit(t, l, 1), 1)
	crash(l)
	mustClose(t, mustOpen(t, o))
	if got := sink.count(t); got[claviger.EntryClosed] != len(ids)+1 || len(got) != 1 {
		t.Errorf("%v of %d", got, len(ids)+1)
	}
}

func TestClosesThatNeverFitAreUnsettledAndSaidSo(t *testing.T) {
	d := &disk{free: 20_000, noReserve: true}
	l, sink, o := diskLedger(t, d)
	ids := fill(t, l)
	deferred := 0
	for i, id := range ids {
		if l.Settle(closing(id, i)) != nil {
			deferred++
		}
	}
	if err := l.Close(t.Context()); err == nil || deferred == 0 {
		t.Errorf("Close: %v with %d closes deferred", err, deferred)
	}
	d.give(1 << 20)
	mustClose(t, mustOpen(t, o))
	if got := sink.count(t); got[claviger.EntryUnsettled] != deferred || got[claviger.EntryClosed] != len(ids)-deferred {
		t.Errorf("%v, %d deferred of %d", got, deferred, len(ids))
	}
}

func TestSegmentWhoseEndIsInDoubtIsLeft(t *testing.T) {
	d := &disk{free: 20_000, noReserve: true, noTruncate: true}
	l, sink, o := diskLedger(t, d)
	ids := fill(t, l)
	d.give(1 << 20)
	for i, id := range ids { // goes to a new segment
		settle(t, l, id, i)
	}
	if s := l.Stats(); s.Segments != 2 || s.Fault != NoFault {
		t.Errorf("%+v", s)
	}
	crash(l)
	l = mustOpen(t, o)
	defer mustClose(t, l)
	if got := sink.count(t); got[claviger.EntryClosed] != len(ids) || len(got) != 1 {
		t.Errorf("%v of %d", got, len(ids))
	}
}

func TestSegmentThatCannotBeSyncedTakesNoMoreAdmissions(t *testing.T) {
	d := &disk{free: 1 << 20}
	l, sink, _ := diskLedger(t, d)
	id := admit(t, l, 1)
	d.noSync = true
	if err := l.j.sync(); err == nil {
		t.Fatal("synced")
	}
	if err := l.Admit(opening(2)); claviger.CodeOf(err) != claviger.Unavailable || l.Stats().Fault != WriteFailing {
		t.Errorf("Admit: %v, %+v", err, l.Stats())
	}
	settle(t, l, id, 1)
	d.noSync = false
	settle(t, l, admit(t, l, 3), 3)
	if s := l.Stats(); s.Segments != 2 || s.Fault != NoFault {
		t.Errorf("%+v", s)
	}
	mustClose(t, l)
	if got := sink.count(t); got[claviger.EntryClosed] != 2 {
		t.Errorf("%v", got)
	}
}

func TestTooManyOpenAtOnceIsRefused(t *testing.T) {
	l, _, _ := diskLedger(t, &disk{free: 1 << 30})
	ids := fill(t, l) // more than a segment could close
	if most := segment64K / maxClosing; len(ids) > most {
		t.Errorf("%d open, room for %d closes", len(ids), most)
	}
	for i, id := range ids {
		settle(t, l, id, i)
	}
	settle(t, l, admit(t, l, 1), 1)
	mustClose(t, l)
}
