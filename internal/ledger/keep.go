package ledger

import (
	"errors"
	"os"
)

// retryPending writes the closes that wait in memory, as far as the disk takes
// them.
func (j *journal) retryPending() {
	j.mu.Lock()
	defer j.mu.Unlock()
	for id, record := range j.pending {
		if j.appendClosing(record) != nil {
			return
		}
		delete(j.pending, id)
		delete(j.open, id)
	}
	j.worked()
}

// waiting is the number of closes that wait in memory.
func (j *journal) waiting() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return len(j.pending)
}

// sync makes everything written so far survive a power loss. After a failure
// the kernel may have dropped what it could not write, so the segment takes no
// more admissions.
func (j *journal) sync() error {
	j.mu.Lock()
	var dirty []*segment
	for _, s := range j.segs {
		if s.dirty {
			s.dirty = false
			dirty = append(dirty, s)
		}
	}
	j.mu.Unlock()
	var failed error
	for _, s := range dirty {
		err := s.f.Sync()
		if err == nil || errors.Is(err, os.ErrClosed) { // shipped and deleted meanwhile
			continue
		}
		failed = errors.Join(failed, err)
		j.mu.Lock()
		s.full = true
		j.failed(err)
		j.mu.Unlock()
	}
	return failed
}

// segmentFrom returns the first segment numbered seq or higher, how far it may
// be read, and whether it is the one being written to.
func (j *journal) segmentFrom(seq uint64) (s *segment, size int64, last bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	for i, s := range j.segs {
		if s.seq >= seq {
			return s, s.size, i == len(j.segs)-1
		}
	}
	return nil, 0, true
}

// target is the position behind the last record. What is written later wakes
// the shipper again.
func (j *journal) target() position {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.unshipped = 0
	s := j.current()
	return position{s.seq, s.size}
}

// advance notes that everything before p is in the store and deletes the
// segments that are wholly shipped.
func (j *journal) advance(p position) error {
	j.mu.Lock()
	j.shipped = p
	n := 0
	for n < len(j.segs)-1 && j.segs[n].seq < p.seq {
		n++
	}
	done := j.segs[:n:n]
	j.segs = j.segs[n:]
	j.mu.Unlock()
	var failed error
	for _, s := range done { // not under mu: deleting a big file takes its time
		failed = errors.Join(failed, s.discard())
	}
	return failed
}

// shut lets nothing more in.
func (j *journal) shut() {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.stopped = true
}

// release closes the segments, and deletes them when all is shipped.
func (j *journal) release(shipped bool) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	var failed error
	if j.spare != nil {
		failed = j.spare.discard()
		j.spare = nil
	}
	for _, s := range j.segs {
		if shipped {
			failed = errors.Join(failed, s.discard())
		} else {
			failed = errors.Join(failed, s.f.Close())
		}
	}
	return failed
}

// unshippedBytes is how much the store does not have yet. The caller
// holds mu.
func (j *journal) unshippedBytes() int64 {
	var n int64
	for _, s := range j.segs {
		switch {
		case s.seq == j.shipped.seq:
			n += max(s.size-j.shipped.off, 0)
		case s.seq > j.shipped.seq:
			n += s.size - int64(headerSize)
		}
	}
	return n
}
