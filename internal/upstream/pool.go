package upstream

import (
	"sync"
	"time"
)

// pool keeps idle connections by "host:port". The last one in is the first one
// out, so that those a quiet time has no need of grow old. No goroutine watches
// them: one timer takes out the old.
type pool struct {
	perHost, total int

	mu    sync.Mutex
	idle  map[string][]*conn // no empty lists
	n     int                // connections in idle
	timer *time.Timer        // nil: none pending
}

// take removes the newest connection that has not expired, or returns nil.
func (p *pool) take(addr string, now time.Time) *conn {
	p.mu.Lock()
	defer p.mu.Unlock()
	list := p.idle[addr]
	for i := len(list) - 1; i >= 0; i-- {
		c := list[i]
		list[i] = nil
		p.n--
		if now.Before(c.expires) {
			p.store(addr, list[:i])
			return c
		}
		c.nc.Close()
	}
	if len(list) > 0 {
		p.store(addr, nil)
	}
	return nil
}

// store sets a list. p.mu is held.
func (p *pool) store(addr string, list []*conn) {
	if len(list) == 0 {
		delete(p.idle, addr)
		return
	}
	p.idle[addr] = list
}

// put keeps a connection for a time, or closes it where there is no room.
func (p *pool) put(c *conn, now time.Time, keep time.Duration) {
	c.expires = now.Add(keep)
	p.mu.Lock()
	defer p.mu.Unlock()
	list := p.idle[c.addr]
	if len(list) >= p.perHost || p.n >= p.total {
		c.nc.Close()
		return
	}
	if p.idle == nil {
		p.idle = make(map[string][]*conn)
	}
	p.idle[c.addr] = append(list, c)
	p.n++
	if p.timer == nil {
		p.timer = time.AfterFunc(keep, p.sweep)
	}
}

// sweep closes what has expired, and comes back when the next one will have.
func (p *pool) sweep() {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	p.timer = nil
	if next := p.expire(now); !next.IsZero() {
		p.timer = time.AfterFunc(next.Sub(now), p.sweep)
	}
}

// expire closes what has expired and returns when the next one will have; zero
// means none is left. p.mu is held.
func (p *pool) expire(now time.Time) (next time.Time) {
	for addr, list := range p.idle {
		kept := list[:0]
		for _, c := range list {
			if !now.Before(c.expires) {
				c.nc.Close()
				p.n--
				continue
			}
			kept = append(kept, c)
			if next.IsZero() || c.expires.Before(next) {
				next = c.expires
			}
		}
		clear(list[len(kept):])
		p.store(addr, kept)
	}
	return next
}

func (p *pool) closeAll() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, list := range p.idle {
		for _, c := range list {
			c.nc.Close()
		}
	}
	p.idle, p.n = nil, 0
	if p.timer != nil {
		p.timer.Stop()
		p.timer = nil
	}
}
