package ledger

import (
	"encoding/binary"
	"math"
	"time"

	claviger "github.com/claviger/claviger"
)

// decoder reads the fields of one payload. After a fault everything reads as
// zero and bad is set.
type decoder struct {
	b    []byte
	off  int
	text string // all of b, made when the first text is read: one allocation for all
	bad  bool
}

func (d *decoder) fail() { d.bad, d.off = true, len(d.b) }

func (d *decoder) count() int64 {
	v, n := binary.Uvarint(d.b[d.off:])
	if n <= 0 || v > math.MaxInt64 {
		d.fail()
		return 0
	}
	d.off += n
	return int64(v)
}

func (d *decoder) time() time.Time {
	v, n := binary.Varint(d.b[d.off:])
	if n <= 0 {
		d.fail()
		return time.Time{}
	}
	d.off += n
	return time.UnixMicro(v).UTC()
}

func (d *decoder) flag() bool {
	v := d.count()
	if v > 1 {
		d.fail()
	}
	return v == 1
}

// str returns a part of one string shared by all texts of the record.
func (d *decoder) str() string {
	n := d.count()
	if n > int64(len(d.b)-d.off) {
		d.fail()
	}
	if d.bad || n == 0 {
		return ""
	}
	if d.text == "" {
		d.text = string(d.b)
	}
	s := d.text[d.off : d.off+int(n)]
	d.off += int(n)
	return s
}

// end reports whether exactly everything was read.
func (d *decoder) end() error {
	if d.bad || d.off != len(d.b) {
		return errPayload
	}
	return nil
}

func entryID(payload []byte) claviger.EntryID { return claviger.EntryID(payload[1:minPayload]) }

func decodeOpening(payload []byte, o *claviger.Opening) error {
	d := decoder{b: payload, off: minPayload}
	o.ID = entryID(payload)
	o.RequestID = d.str()
	o.OrganisationID = claviger.OrganisationID(d.str())
	o.WorkspaceID = claviger.WorkspaceID(d.str())
	o.APIKeyID = claviger.APIKeyID(d.str())
	o.IntegrationID = claviger.IntegrationID(d.str())
	o.ProviderID = claviger.ProviderID(d.str())
	o.ProviderSlug = d.str()
	o.AIProvider = d.str()
	o.Operation = d.str()
	o.Model = d.str()
	o.Stream = d.flag()
	o.Attempt = int(d.count())
	o.OpenedAt = d.time()
	o.EstimatedIn = d.count()
	o.EstimatedOut = d.count()
	o.EstimatedCost = d.count()
	o.Price = d.str()
	o.Charges = d.str()
	return d.end()
}

func decodeClosing(payload []byte, c *claviger.Closing) error {
	d := decoder{b: payload, off: minPayload}
	c.ID = entryID(payload)
	c.Outcome = claviger.Outcome(d.str())
	c.HTTPStatus = int(d.count())
	t := &c.Tokens
	for _, n := range [...]*int64{&t.Input, &t.CacheRead, &t.CacheWrite5m, &t.CacheWrite1h, &t.AudioInput,
		&t.ImageInput, &t.Output, &t.AudioOutput, &t.ImageOutput, &t.Reasoning,
		&t.CacheReadAudio, &t.CacheReadImage, &t.WebSearches, &t.FileSearches} {
		*n = d.count()
	}
	c.Cost = d.count()
	c.Estimated = d.flag()
	c.Model = d.str()
	c.ClosedAt = d.time()
	c.UpstreamTime = time.Duration(d.count())
	c.FirstByte = time.Duration(d.count())
	return d.end()
}
