package ledger

import (
	"context"
	"time"
)

// longestWait is the pause between attempts while the sink is down.
const longestWait = 5 * time.Second

// wake leaves a note for a loop; one is enough.
func wake(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// pause waits for d or until one of the others; it is false at the stop.
func (l *Ledger) pause(d time.Duration, early chan struct{}) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-early:
	case <-l.stop:
		return false
	}
	return true
}

func (l *Ledger) start() {
	var ctx context.Context
	ctx, l.cancel = context.WithCancel(context.Background())
	l.running.Go(l.keepLoop)
	l.running.Go(func() { l.shipLoop(ctx) })
}

// keepLoop syncs what was written, once for all of it, and writes again what
// could not be written.
func (l *Ledger) keepLoop() {
	for {
		select {
		case <-l.wakeKeep:
		case <-l.stop:
			return
		}
		if !l.pause(l.syncEvery, nil) {
			return
		}
		l.j.retryPending()
		if l.j.waiting() > 0 {
			wake(l.wakeKeep)
		}
		_ = l.j.sync() // noted and logged in the journal
		l.j.prepare()
	}
}

// shipLoop ships what was written, and while that fails tries again ever more
// slowly.
func (l *Ledger) shipLoop(ctx context.Context) {
	for {
		select {
		case <-l.wakeShip:
		case <-l.stop:
			return
		}
		if !l.pause(l.shipEvery, l.batchFull) {
			return
		}
		for wait := l.shipEvery; ; wait = min(2*wait, longestWait) {
			err := l.ship.to(ctx, l.j.target())
			if err == nil {
				if wait != l.shipEvery {
					l.log.Info("ledger entries are shipped again")
				}
				break
			}
			if wait == l.shipEvery {
				l.log.Warn("ledger entries wait in the journal: they cannot be shipped", "error", err)
			}
			if !l.pause(wait, nil) {
				return
			}
		}
	}
}
