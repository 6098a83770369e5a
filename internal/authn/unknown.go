package authn

import (
	"time"

	claviger "github.com/claviger/claviger"
)

// unknown remembers, briefly, hashes of keys that do not exist. It never holds
// more than two generations of max hashes, however many an attacker invents,
// and shares nothing with the entries of real keys. It is guarded by the lock
// of [Keys].
type unknown struct {
	max       int
	ttl       time.Duration
	now, then map[claviger.KeyHash]time.Time // until when
}

func (u *unknown) has(h claviger.KeyHash, at time.Time) bool {
	until, ok := u.now[h]
	if !ok {
		until, ok = u.then[h]
	}
	return ok && at.Before(until)
}

func (u *unknown) add(h claviger.KeyHash, at time.Time) {
	if len(u.now) >= u.max {
		u.then, u.now = u.now, nil
	}
	if u.now == nil {
		u.now = make(map[claviger.KeyHash]time.Time)
	}
	u.now[h] = at.Add(u.ttl)
}

func (u *unknown) clear() { u.now, u.then = nil, nil }
