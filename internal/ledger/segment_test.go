package ledger

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	claviger "github.com/claviger/claviger"
)

func TestReserveTakesRoomAndLeavesTheLength(t *testing.T) {
	f, err := newOSFile(filepath.Join(t.TempDir(), "f"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := f.Reserve(1 << 20); errors.Is(err, errors.ErrUnsupported) {
		t.Skip("this file system cannot reserve")
	} else if err != nil {
		t.Fatal(err)
	}
	info, err := f.(osFile).Stat()
	if err != nil {
		t.Fatal(err)
	}
	if blocks := info.Sys().(*syscall.Stat_t).Blocks; info.Size() != 0 || blocks*512 < 1<<20 {
		t.Errorf("length %d, %d blocks", info.Size(), blocks)
	}
}

func TestSegmentThatCannotBeMadeLeavesNoFile(t *testing.T) {
	dir := t.TempDir()
	d := &disk{free: 100}
	if _, err := create(d.create, dir, 1, 7, segment64K); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("create: %v", err)
	}
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("%d files left", len(left))
	}
}

func TestPreparedSegmentIsUsed(t *testing.T) {
	dir, sink := t.TempDir(), newSink()
	l := mustOpen(t, testOptions(dir, sink))
	l.j.prepare()
	if l.j.spare != nil {
		t.Error("prepared while the current segment is empty")
	}
	n := 0
	for ; l.j.current().size < segment64K/2; n++ {
		settle(t, l, admit(t, l, n), n)
	}
	l.j.prepare()
	spare := l.j.spare
	if spare == nil {
		t.Fatal("not prepared")
	}
	for ; l.j.current() != spare; n++ {
		settle(t, l, admit(t, l, n), n)
	}
	if l.j.spare != nil {
		t.Error("used and still spare")
	}
	crash(l)
	mustClose(t, mustOpen(t, testOptions(dir, sink)))
	if got := sink.count(t); got[claviger.EntryClosed] != n || len(got) != 1 {
		t.Errorf("%v of %d", got, n)
	}
}

// A crash leaves the prepared segment behind the one that was written to, whose
// tail may be torn all the same.
func TestTornTailBeforeAPreparedSegment(t *testing.T) {
	dir, sink := t.TempDir(), newSink()
	l := mustOpen(t, testOptions(dir, sink))
	n := 0
	for ; l.j.current().size < segment64K/2; n++ {
		settle(t, l, admit(t, l, n), n)
	}
	l.j.prepare()
	path, size := l.j.current().path, l.j.current().size
	crash(l)
	if err := os.Truncate(path, size-3); err != nil {
		t.Fatal(err)
	}
	l = mustOpen(t, testOptions(dir, sink))
	defer mustClose(t, l)
	got := sink.count(t)
	if s := l.Stats(); s.SkippedBytes != 0 || s.TornBytes == 0 || got[claviger.EntryClosed] != n-1 || got[claviger.EntryUnsettled] != 1 {
		t.Errorf("%+v, %v", s, got)
	}
	if left, _ := segments(dir); len(left) != 1 {
		t.Errorf("%d segments", len(left))
	}
}
