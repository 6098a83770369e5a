package ledger

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"

	"github.com/google/uuid"

	claviger "github.com/claviger/claviger"
)

// Open takes the directory, brings into the sink what earlier process lives
// left in the journal, marks what they left open as unsettled, and starts a new
// segment. It fails when another process has the directory, when the sink does
// not answer, or when the journal cannot be read or written.
func Open(ctx context.Context, o Options) (*Ledger, error) {
	o.fill()
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, fmt.Errorf("open ledger: %w", err)
	}
	lock, err := lockDir(o.Dir)
	if err != nil {
		return nil, fmt.Errorf("open ledger: %w", err)
	}
	l, err := open(ctx, o)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open ledger: %w", err), lock.Close())
	}
	l.lock = lock
	return l, nil
}

func open(ctx context.Context, o Options) (*Ledger, error) {
	id, err := journalID(o.Dir)
	if err != nil {
		return nil, err
	}
	if o.Node == "" {
		o.Node = id.String()
	}
	at, err := sinkPosition(ctx, o, id)
	if err != nil {
		return nil, err
	}
	l := newLedger(o, id, at)
	if err := l.replay(ctx, o, at); err != nil {
		for _, s := range l.j.segs {
			err = errors.Join(err, s.f.Close())
		}
		return nil, err
	}
	l.start()
	return l, nil
}

func sinkPosition(ctx context.Context, o Options, id uuid.UUID) (position, error) {
	b, err := o.Sink.LedgerPosition(ctx, o.Node)
	if err != nil {
		return position{}, fmt.Errorf("read ledger position: %w", err)
	}
	at, err := decodePosition(b, id)
	if err == nil && at.seq == math.MaxUint64 {
		err = errPosition
	}
	return at, err
}

func newLedger(o Options, id uuid.UUID, at position) *Ledger {
	l := &Ledger{
		node: o.Node, log: o.Log, syncEvery: o.SyncEvery, shipEvery: o.ShipEvery,
		wakeKeep: make(chan struct{}, 1), wakeShip: make(chan struct{}, 1),
		batchFull: make(chan struct{}, 1), stop: make(chan struct{}),
	}
	l.j = &journal{
		dir: o.Dir, seed: rand.Uint32(), segmentBytes: o.SegmentBytes,
		retryEvery: o.retryEvery, newFile: o.newFile, log: o.Log, shipped: at,
		open:    map[claviger.EntryID]struct{}{},
		pending: map[claviger.EntryID][]byte{},
		kept:    func() { wake(l.wakeKeep) },
		wrote: func(unshipped int) {
			wake(l.wakeKeep)
			switch unshipped {
			case 1:
				wake(l.wakeShip)
			case 2 * o.BatchEntries: // an opening and a close make one entry
				wake(l.batchFull)
			}
		},
	}
	l.ship = &shipper{
		j: l.j, sink: o.Sink, node: o.Node, id: id, batch: o.BatchEntries, log: o.Log, pos: at,
		turn: make(chan struct{}, 1), index: map[claviger.EntryID]int{},
	}
	l.ship.turn <- struct{}{}
	return l
}

// replay ships what is left of earlier lives and begins this one's segment,
// numbered above all that the sink ever heard of: a power loss may have cut off
// records that were shipped, and what is written in their place must not pass
// for them.
func (l *Ledger) replay(ctx context.Context, o Options, at position) error {
	if err := l.j.load(); err != nil {
		return err
	}
	l.j.nextSeq = at.seq + 1
	if n := len(l.j.segs); n > 0 {
		l.j.nextSeq = max(l.j.nextSeq, l.j.current().seq+1)
		if err := l.ship.to(ctx, l.j.target()); err != nil {
			return err
		}
	}
	n, err := o.Sink.Unsettle(ctx, l.node)
	if err != nil {
		return fmt.Errorf("book unsettled entries: %w", err)
	}
	if n > 0 {
		l.log.Warn("the last process ended with attempts open; they are booked at their estimates", "entries", n)
	}
	err = l.j.release(true) // before asking for room
	l.j.segs = nil
	if err != nil {
		return err
	}
	first, err := l.j.nextSegment()
	if err != nil {
		return err
	}
	l.j.segs = append(l.j.segs, first)
	l.ship.pos = position{first.seq, first.size}
	l.j.shipped = l.ship.pos
	return nil
}

// load opens the segments of earlier lives.
func (j *journal) load() error {
	seqs, err := segments(j.dir)
	if err != nil {
		return err
	}
	for _, seq := range seqs {
		s, err := openSegment(j.dir, seq)
		if err != nil {
			return err
		}
		if s == nil {
			continue
		}
		s.ended = true
		if n := len(j.segs); n > 0 && j.segs[n-1].seed == s.seed && s.size > int64(headerSize) {
			j.segs[n-1].ended = false // that life went on in this one
		}
		j.segs = append(j.segs, s)
	}
	return nil
}
