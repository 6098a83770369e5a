// Package ledger writes the record of every attempt to a local journal before
// anything else happens, and ships the journal to the store behind it. Nothing
// in it depends on the store being up: while it is down the journal grows.
//
// # Promises
//
// A record is in the kernel's hands, by one write(2), when [Ledger.Admit] or
// [Ledger.Settle] returns: killing the process loses none. A group fsync at most
// [Options.SyncEvery] later bounds what a power loss can take. Every admitted
// attempt ends up in the store exactly once: closed, or unsettled at its
// estimate when the process died before its close.
//
// Segments are reserved on disk as a whole, and an attempt is admitted only
// while the room left covers the closes of everything open. So a full disk
// refuses admissions, never closes. Where a file system cannot reserve, a close
// that does not fit is kept in memory and tried again, and nothing is admitted
// meanwhile.
//
// # Journal, version 1
//
// A directory holds segments named by 16 hex digits and ".journal", numbered
// upward; each process life starts a new one, numbered above all that was ever
// shipped. The files
// "node" (the id of this journal) and "lock" (flock of the process) lie beside
// them. Integers of fixed size are little-endian. A segment is a header and
// records, back to back:
//
//	8  magic "clvjrnl", 0x01
//	4  seed, random for each process life
//	4  CRC-32C of the twelve bytes before
//
//	4  CRC-32C of the rest of the record, started from the seed
//	4  length of the payload, 17 to 20472
//	n  payload: kind (1 byte), entry id (16 bytes), fields of the kind
//
// The seed keeps a caller from planting bytes in a name that would pass for a
// record. Fields are in a fixed order without tags; numbers are unsigned
// varints, times zigzag varints of microseconds since 1970, durations
// nanoseconds, text a length and UTF-8 without NUL. A kind never changes; more
// fields make another kind.
//
//	kind 1, opening: request id, organisation, workspace, API key,
//	  integration, provider, provider slug, AI provider, operation, model,
//	  stream (0, 1), attempt, opened at, estimated in, estimated out,
//	  estimated cost, price, charges
//	kind 2, closing: outcome, HTTP status, the fourteen counts in the order of
//	  claviger.Tokens, cost, estimated (0, 1), model, closed at, upstream time,
//	  first byte
//
// There is no content and no secret in it.
//
// # Damage
//
// What follows the last whole record of a segment is a write that never
// returned (a torn tail) and is dropped; nothing was promised about it. Bytes
// that are no record with whole records behind them are damage: they are
// skipped, counted in [Stats], logged, and the segment is kept under the name
// ".damaged" instead of deleted. A segment whose header cannot be read has no
// seed to tell records by: [Open] refuses and names it.
package ledger
