package ledger

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync/atomic"

	"github.com/google/uuid"

	claviger "github.com/claviger/claviger"
)

// shipper brings the journal into the sink, in order, one batch at a time.
type shipper struct {
	j     *journal
	sink  Sink
	node  string
	id    uuid.UUID // of the journal
	batch int
	log   *slog.Logger

	turn    chan struct{} // holds one token; whoever has it ships
	pos     position      // with turn: everything before it is in the sink
	entries []claviger.Entry
	index   map[claviger.EntryID]int
	read    reader
	segment *segment // that read is on

	skipped atomic.Int64 // bytes of damage passed over
	torn    atomic.Int64 // bytes of torn tails dropped
	failing atomic.Bool  // the last Ship failed
	unread  atomic.Bool  // the last read failed
}

// to ships everything before target. After an error nothing is lost: the
// position has not moved past what the sink took.
func (s *shipper) to(ctx context.Context, target position) error {
	select {
	case <-s.turn:
		defer func() { s.turn <- struct{}{} }()
	case <-ctx.Done():
		return ctx.Err()
	}
	for s.pos.before(target) {
		next, err := s.gather(target)
		s.unread.Store(err != nil)
		if err != nil {
			return err
		}
		if len(s.entries) > 0 {
			err := s.sink.Ship(ctx, s.node, s.entries, next.encode(s.id))
			s.failing.Store(err != nil)
			if err != nil {
				return fmt.Errorf("ship ledger entries: %w", err)
			}
		}
		s.pos = next
		if err := s.j.advance(next); err != nil {
			s.log.Warn("a shipped journal segment was not deleted", "error", err)
		}
	}
	return nil
}

// gather reads one batch from the journal, an opening and its close as one
// entry when both are in it, and returns where the next one starts.
func (s *shipper) gather(target position) (position, error) {
	clear(s.entries) // drop the texts of the last batch
	s.entries = s.entries[:0]
	clear(s.index)
	p := s.pos
	for p.before(target) && len(s.entries) < s.batch {
		seg, size, last := s.j.segmentFrom(p.seq)
		if seg == nil { // nothing is left to read
			return target, nil
		}
		if seg.seq != p.seq {
			p = position{seg.seq, int64(headerSize)}
		}
		end := size
		if seg.seq == target.seq {
			end = min(size, target.off)
		}
		p.off = max(p.off, int64(headerSize))
		if err := s.segmentBatch(seg, &p, end); err != nil {
			return p, fmt.Errorf("read journal segment %s: %w", seg.path, err)
		}
		if p.off >= size && !last {
			p = position{seg.seq + 1, 0}
		}
	}
	return p, nil
}

// segmentBatch reads records of one segment into the batch until it is full or
// the segment's end is reached, and moves p.
func (s *shipper) segmentBatch(seg *segment, p *position, end int64) error {
	if s.segment != seg {
		s.segment = seg
		s.read = reader{src: seg.f, seed: seg.seed, buf: s.read.buf[:0]}
	}
	s.read.off, s.read.end = p.off, end
	for len(s.entries) < s.batch {
		payload, skipped, err := s.read.next()
		if skipped > 0 {
			s.passedOver(seg, p.off, skipped, err == io.EOF)
		}
		p.off = s.read.off
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if err := s.add(payload); errors.Is(err, errPayload) {
			n := int64(frameSize + len(payload))
			s.passedOver(seg, p.off-n, n, false)
		} else if err != nil {
			return err
		}
	}
	return nil
}

// add puts one record into the batch.
func (s *shipper) add(payload []byte) error {
	switch payload[0] {
	case kindOpening:
		var o claviger.Opening
		if err := decodeOpening(payload, &o); err != nil {
			return err
		}
		s.entry(o.ID).Opening = o
	case kindClosing:
		var c claviger.Closing
		if err := decodeClosing(payload, &c); err != nil {
			return err
		}
		e := s.entry(c.ID)
		e.Closing, e.Status = c, claviger.EntryClosed
	default:
		return errNewer
	}
	return nil
}

// entry returns the batch's entry of that id, a new one when it has none.
func (s *shipper) entry(id claviger.EntryID) *claviger.Entry {
	i, ok := s.index[id]
	if !ok {
		i = len(s.entries)
		s.index[id] = i
		s.entries = append(s.entries, claviger.Entry{Status: claviger.EntryOpen, Node: s.node})
		s.entries[i].ID, s.entries[i].Closing.ID = id, id
	}
	return &s.entries[i]
}

// passedOver accounts for bytes that are no record.
func (s *shipper) passedOver(seg *segment, off, n int64, tail bool) {
	if tail && seg.ended {
		s.torn.Add(n)
		s.log.Info("dropped the torn end of a journal segment: a record whose write never returned",
			"segment", seg.path, "offset", off, "bytes", n)
		return
	}
	seg.damaged = true
	s.skipped.Add(n)
	s.log.Error("skipped damage in a journal segment, which is kept as .damaged",
		"segment", seg.path, "offset", off, "bytes", n)
}
