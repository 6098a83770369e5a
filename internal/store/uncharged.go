package store

import (
	"sync"

	claviger "github.com/claviger/claviger"
)

// mostUncharged bounds how many attempts without charges are remembered.
const mostUncharged = 1 << 17

// uncharged are running attempts that count on nothing, as they were shipped in
// this process life: nothing need be read when their closes come. Attempts it
// does not know may count on something. It is safe for concurrent use.
type uncharged struct {
	mu  sync.Mutex
	ids map[claviger.EntryID]struct{}
}

// unknown are the closes of attempts that may count on something.
func (u *uncharged) unknown(closes []*claviger.Entry) (ids []claviger.EntryID) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, e := range closes {
		if _, known := u.ids[e.ID]; !known {
			ids = append(ids, e.ID)
		}
	}
	return ids
}

// shipped notes what was committed.
func (u *uncharged) shipped(whole, closes []*claviger.Entry) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for _, e := range closes {
		delete(u.ids, e.ID)
	}
	if u.ids == nil {
		u.ids = map[claviger.EntryID]struct{}{}
	}
	for _, e := range whole {
		if e.Status == claviger.EntryOpen && e.OrganisationID != "" && e.Charges == "" && len(u.ids) < mostUncharged {
			u.ids[e.ID] = struct{}{}
		}
	}
}
