package ledger

import (
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"syscall"
	"time"

	claviger "github.com/claviger/claviger"
)

var (
	// ErrDeferred means that a close could not be written yet. It is kept in
	// memory and tried again; the caller need not, but a killed process would
	// leave the entry unsettled.
	ErrDeferred = errors.New("the close waits in memory until the journal can be written")

	errStopped  = claviger.Fail(claviger.Unavailable, "the ledger is shutting down")
	errCrowded  = claviger.Fail(claviger.Unavailable, "the ledger cannot be written: too many attempts are open at once")
	errNoRoom   = claviger.Fail(claviger.Unavailable, "the ledger cannot be written: the disk is full")
	errNoWrite  = claviger.Fail(claviger.Unavailable, "the ledger cannot be written: the disk fails")
	errNotOpen  = errors.New("settle: the attempt is not open")
	errReopened = errors.New("admit: the attempt is open already")
)

// journal is the writing side: the segments, and what is open in them.
type journal struct {
	dir          string
	seed         uint32
	segmentBytes int64
	retryEvery   time.Duration // between attempts to make a segment while that fails
	newFile      func(path string) (file, error)
	log          *slog.Logger
	wrote        func(unshipped int) // called under mu after each record
	kept         func()              // called under mu when a close could not be written

	mu        sync.Mutex
	segs      []*segment // ascending; the last one is written to
	spare     *segment   // prepared to be the next; nil when there is none
	nextSeq   uint64
	open      map[claviger.EntryID]struct{}
	pending   map[claviger.EntryID][]byte // closes that could not be written
	shipped   position
	unshipped int // records written since the last shipment began
	retryAt   time.Time
	fault     error // of the last write or sync; nil when it went well
	stopped   bool
}

func (j *journal) current() *segment { return j.segs[len(j.segs)-1] }

// admit writes an opening record while every open attempt, this one included,
// has room left for its close.
func (j *journal) admit(id claviger.EntryID, record []byte) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.stopped {
		return errStopped
	}
	if len(j.pending) > 0 {
		return j.refusal(j.fault)
	}
	if _, ok := j.open[id]; ok {
		return errReopened
	}
	need := int64(len(record)) + int64(len(j.open)+1)*maxClosing
	if s := j.current(); s.full || s.broken || s.size+need > j.segmentBytes {
		if err := j.rotate(need); err != nil {
			return err
		}
	}
	if err := j.append(record); err != nil {
		return j.refusal(err)
	}
	j.open[id] = struct{}{}
	return nil
}

// settle writes a closing record, for which admit kept room.
func (j *journal) settle(id claviger.EntryID, record []byte) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if _, ok := j.open[id]; !ok {
		return errNotOpen
	}
	if _, ok := j.pending[id]; ok {
		return errNotOpen
	}
	if j.stopped {
		return errStopped
	}
	if err := j.appendClosing(record); err != nil {
		j.pending[id] = append([]byte(nil), record...)
		j.kept()
		return fmt.Errorf("%w: %w", ErrDeferred, err)
	}
	delete(j.open, id)
	return nil
}

func (j *journal) appendClosing(record []byte) error {
	if j.current().broken {
		if err := j.rotate(int64(len(j.open)) * maxClosing); err != nil {
			return err
		}
	}
	return j.append(record)
}

// append writes one record behind the last. What a failed write leaves is cut
// off again.
func (j *journal) append(record []byte) error {
	s := j.current()
	if n, err := s.f.WriteAt(record, s.size); err != nil {
		j.failed(err)
		if n > 0 {
			j.cut(s)
		}
		return err
	}
	s.size += int64(len(record))
	s.dirty = true
	j.unshipped++
	j.wrote(j.unshipped)
	if j.fault != nil {
		j.worked()
	}
	return nil
}

// cut takes s back to its whole records. Truncating gives reserved room back to
// the disk, so it is asked for again.
func (j *journal) cut(s *segment) {
	if err := s.f.Truncate(s.size); err != nil {
		s.broken = true
		return
	}
	if err := s.f.Reserve(j.segmentBytes); err != nil && !errors.Is(err, errors.ErrUnsupported) {
		s.full = true
	}
}

// rotate starts a segment with room for need bytes. While that fails it is
// tried at most once each retryEvery.
func (j *journal) rotate(need int64) error {
	if int64(headerSize)+need > j.segmentBytes {
		return errCrowded
	}
	now := time.Now()
	if now.Before(j.retryAt) {
		return j.refusal(j.fault)
	}
	s, err := j.nextSegment()
	if err != nil {
		j.retryAt = now.Add(j.retryEvery)
		j.failed(err)
		return j.refusal(err)
	}
	j.segs = append(j.segs, s)
	j.worked()
	return nil
}

// failed notes a fault, logging the first of a row.
func (j *journal) failed(err error) {
	if j.fault == nil {
		j.log.Error("the ledger's journal cannot be written", "error", err)
	}
	j.fault = err
}

// worked notes that the journal can be written again.
func (j *journal) worked() {
	if j.fault != nil && len(j.pending) == 0 {
		j.log.Info("the ledger's journal can be written again")
		j.fault = nil
	}
}

// refusal is what a caller is told about a fault.
func (j *journal) refusal(cause error) error {
	answer := errNoWrite
	if noSpace(cause) {
		answer = errNoRoom
	}
	answer = answer.Because(cause)
	answer.RetryAfter = time.Second
	return answer
}

func noSpace(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) || errors.Is(err, syscall.EFBIG)
}
