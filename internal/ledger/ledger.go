package ledger

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"sync"
	"time"

	claviger "github.com/claviger/claviger"
)

// Sink is the store behind the journal.
type Sink interface {
	// Ship stores entries and the node's position in one transaction, and
	// returns when both are durable: the journal is deleted on its word. It
	// takes every entry any number of times, and states only move forward:
	// open, unsettled, closed. An entry that is closed without an opening (no
	// OrganisationID) closes a row shipped before. The slice is reused after
	// the call.
	Ship(ctx context.Context, node string, entries []claviger.Entry, position []byte) error
	// LedgerPosition returns what the last Ship of the node stored, nil when
	// there was none.
	LedgerPosition(ctx context.Context, node string) ([]byte, error)
	// Unsettle marks every open entry of the node unsettled and says how many
	// there were.
	Unsettle(ctx context.Context, node string) (int, error)
}

// Options say how a ledger is kept. Dir and Sink are required.
type Options struct {
	Dir  string // of the journal; made when it is not there
	Node string // names this node in the store, and no other; "" takes the id kept in Dir
	Sink Sink
	Log  *slog.Logger // nil: nothing is logged

	SegmentBytes int64         // of one journal file, at least 64 KiB; 0: 64 MiB
	SyncEvery    time.Duration // longest wait for a group fsync; 0: 100 ms
	ShipEvery    time.Duration // longest gathering of a batch; 0: 200 ms
	BatchEntries int           // most entries in one Ship; 0: 2,000

	retryEvery time.Duration
	newFile    func(path string) (file, error)
}

func (o *Options) fill() {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.SegmentBytes == 0 {
		o.SegmentBytes = 64 << 20
	}
	o.SegmentBytes = max(o.SegmentBytes, 64<<10)
	if o.SyncEvery <= 0 {
		o.SyncEvery = 100 * time.Millisecond
	}
	if o.ShipEvery <= 0 {
		o.ShipEvery = 200 * time.Millisecond
	}
	if o.BatchEntries <= 0 {
		o.BatchEntries = 2000
	}
	if o.retryEvery == 0 {
		o.retryEvery = 250 * time.Millisecond
	}
	if o.newFile == nil {
		o.newFile = newOSFile
	}
}

// Ledger records attempts. All methods are safe for concurrent use.
type Ledger struct {
	node string
	log  *slog.Logger
	lock *os.File
	j    *journal
	ship *shipper

	syncEvery, shipEvery time.Duration
	wakeKeep, wakeShip   chan struct{} // something was written
	batchFull            chan struct{} // enough for a batch was written
	stop                 chan struct{}
	stopOnce             sync.Once
	cancel               context.CancelFunc // ends a Ship that outlasts Close
	running              sync.WaitGroup
}

var errCharges = claviger.Fail(claviger.Unavailable, "the request falls under more limits than the ledger can record")

// records are reused buffers for encoding.
var records = sync.Pool{New: func() any { b := make([]byte, 0, 1024); return &b }}

// Node is the name of this node in the store.
func (l *Ledger) Node() string { return l.node }

// Admit records that an attempt begins. When it returns an error nothing was
// recorded and the attempt must not be made: claviger.Unavailable while the
// journal cannot be written, which passes by itself when the disk has room.
// Texts longer than 512 bytes are cut; charges are not, since each one left out
// would be use that no limit sees: more than 12 KiB of them are refused.
func (l *Ledger) Admit(o claviger.Opening) error {
	if len(o.Charges) > maxCharges {
		return errCharges
	}
	b := records.Get().(*[]byte)
	defer records.Put(b)
	*b = encodeOpening(*b, l.j.seed, &o)
	return l.j.admit(o.ID, *b)
}

// Settle records the end of an admitted attempt, once. When it returns nil the
// close survives the process. [ErrDeferred] means that the disk did not take
// the close, which is kept and tried again; any other error is a caller's
// mistake (not admitted, settled before, or after Close).
func (l *Ledger) Settle(c claviger.Closing) error {
	b := records.Get().(*[]byte)
	defer records.Put(b)
	*b = encodeClosing(*b, l.j.seed, &c)
	return l.j.settle(c.ID, *b)
}

// Flush ships everything recorded so far. It returns the sink's error, or
// ctx's.
func (l *Ledger) Flush(ctx context.Context) error {
	l.j.retryPending()
	err := l.ship.to(ctx, l.j.target())
	if err != nil {
		wake(l.wakeShip) // target told the shipper that this call would do it
	}
	return err
}

// Close stops taking records, syncs and ships what there is, and gives the
// directory free. Attempts still open stay so in the store until the next
// start. What could not be shipped before ctx ended stays in the journal for
// then, and the error says so.
func (l *Ledger) Close(ctx context.Context) (err error) {
	l.stopOnce.Do(func() { err = l.close(ctx) })
	return err
}

func (l *Ledger) close(ctx context.Context) error {
	l.j.retryPending()
	l.j.shut()
	close(l.stop)
	release := context.AfterFunc(ctx, l.cancel)
	l.running.Wait()
	release()
	defer l.cancel()
	defer l.lock.Close()
	synced := l.j.sync()
	shipped := l.ship.to(ctx, l.j.target())
	lost := l.j.waiting()
	if err := l.j.release(shipped == nil); err != nil {
		l.log.Warn("a journal segment was not deleted", "error", err)
	}
	switch {
	case lost > 0:
		return fmt.Errorf("close ledger: %d closes could not be written; their entries count as unsettled", lost)
	case synced != nil:
		return fmt.Errorf("close ledger: %w", synced)
	case shipped != nil:
		return fmt.Errorf("close ledger: entries wait in the journal for the next start: %w", shipped)
	}
	return nil
}
