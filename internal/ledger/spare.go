package ledger

// prepare makes the next segment ahead of time once the current one is half
// full, so that no admission waits for the syncs that takes. A failure is not
// noted: the admission that needs the segment tries again and is told.
func (j *journal) prepare() {
	j.mu.Lock()
	if j.spare != nil || j.stopped || j.current().size < j.segmentBytes/2 {
		j.mu.Unlock()
		return
	}
	seq := j.nextSeq
	j.nextSeq++
	j.mu.Unlock()
	s, err := create(j.newFile, j.dir, seq, j.seed, j.segmentBytes)
	if err != nil {
		return
	}
	j.mu.Lock()
	late := j.stopped || j.current().seq > seq // an admission did not wait for it
	if !late {
		j.spare = s
	}
	j.mu.Unlock()
	if late {
		_ = s.discard() // an empty segment does no harm
	}
}

// nextSegment takes the prepared segment, or makes one.
func (j *journal) nextSegment() (*segment, error) {
	if s := j.spare; s != nil {
		j.spare = nil
		return s, nil
	}
	seq := j.nextSeq
	j.nextSeq++
	return create(j.newFile, j.dir, seq, j.seed, j.segmentBytes)
}
