package ledger

// Fault classes what is wrong with a ledger, for a metric's label.
type Fault string

// The faults, the gravest first in [Stats].
const (
	NoFault      Fault = ""
	NoRoom       Fault = "disk_full"   // the journal cannot grow; admissions are refused
	WriteFailing Fault = "disk_fails"  // the journal cannot be written or synced
	ReadFailing  Fault = "read_fails"  // the journal cannot be read back
	ShipFailing  Fault = "store_fails" // the store takes nothing; the journal grows
)

// Stats is the state of a ledger at one moment.
type Stats struct {
	Open           int   // attempts admitted and not settled
	Deferred       int   // closes that wait in memory for the disk
	UnshippedBytes int64 // of the journal, not in the store yet
	Segments       int   // files of the journal
	TornBytes      int64 // dropped since the start: ends of writes that never returned
	SkippedBytes   int64 // passed over since the start: damage
	Fault          Fault
}

// Stats returns the state now.
func (l *Ledger) Stats() Stats {
	l.j.mu.Lock()
	defer l.j.mu.Unlock()
	return Stats{
		Open:           len(l.j.open),
		Deferred:       len(l.j.pending),
		UnshippedBytes: l.j.unshippedBytes(),
		Segments:       len(l.j.segs),
		TornBytes:      l.ship.torn.Load(),
		SkippedBytes:   l.ship.skipped.Load(),
		Fault:          l.faultLocked(),
	}
}

func (l *Ledger) faultLocked() Fault {
	switch {
	case noSpace(l.j.fault):
		return NoRoom
	case l.j.fault != nil:
		return WriteFailing
	case l.ship.unread.Load():
		return ReadFailing
	case l.ship.failing.Load():
		return ShipFailing
	}
	return NoFault
}
