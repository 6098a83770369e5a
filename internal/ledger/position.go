package ledger

import (
	"encoding/binary"
	"errors"

	"github.com/google/uuid"
)

// position is a place in the journal: everything before it is in the store.
type position struct {
	seq uint64 // of the segment
	off int64
}

func (p position) before(q position) bool {
	return p.seq < q.seq || p.seq == q.seq && p.off < q.off
}

const (
	positionVersion = 1
	positionSize    = 1 + 16 + 8 + 8
)

var errPosition = errors.New("the position of this node in the store is of a newer version of claviger, or damaged")

// encode names the journal as well: the position of a journal that is gone says
// nothing about the one that took its place.
func (p position) encode(journal uuid.UUID) []byte {
	b := append([]byte{positionVersion}, journal[:]...)
	b = binary.LittleEndian.AppendUint64(b, p.seq)
	return binary.LittleEndian.AppendUint64(b, uint64(p.off))
}

// decodePosition returns the start for no position and for another journal's.
func decodePosition(b []byte, journal uuid.UUID) (position, error) {
	if len(b) == 0 {
		return position{}, nil
	}
	if len(b) != positionSize || b[0] != positionVersion {
		return position{}, errPosition
	}
	if uuid.UUID(b[1:17]) != journal {
		return position{}, nil
	}
	off := int64(binary.LittleEndian.Uint64(b[25:]))
	if off < 0 {
		return position{}, errPosition
	}
	return position{binary.LittleEndian.Uint64(b[17:]), off}, nil
}
