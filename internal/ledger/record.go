package ledger

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"strings"
	"time"
	"unicode/utf8"

	claviger "github.com/claviger/claviger"
)

const (
	kindOpening = 1
	kindClosing = 2

	frameSize  = 8 // checksum and length
	minPayload = 1 + 16
	maxRecord  = 20 << 10
	maxPayload = maxRecord - frameSize

	maxText    = 512      // of one text in an opening
	maxCharges = 12 << 10 // of an opening's charges
	maxModel   = 256      // of the model in a closing
	maxOutcome = 32
	// maxClosing is what the longest closing record takes; so much is kept
	// free for every open attempt.
	maxClosing = frameSize + minPayload +
		(1 + maxOutcome) + 3 + 14*9 + 9 + 1 + (2 + maxModel) + 10 + 9 + 9
)

var (
	castagnoli = crc32.MakeTable(crc32.Castagnoli)

	errNewer   = errors.New("the journal was written by a newer version of claviger")
	errPayload = errors.New("the record does not hold what its kind says")
)

// encoder appends one record to b. Values out of range are clamped, texts cut:
// a ledger that refuses an odd entry would lose it.
type encoder struct{ b []byte }

func newEncoder(b []byte, kind byte, id claviger.EntryID) encoder {
	b = append(b[:0], 0, 0, 0, 0, 0, 0, 0, 0, kind)
	return encoder{append(b, id[:]...)}
}

// seal fills in the frame and returns the record.
func (e *encoder) seal(seed uint32) []byte {
	binary.LittleEndian.PutUint32(e.b[4:], uint32(len(e.b)-frameSize))
	binary.LittleEndian.PutUint32(e.b, crc32.Update(seed, castagnoli, e.b[4:]))
	return e.b
}

func (e *encoder) count(n int64) { e.b = binary.AppendUvarint(e.b, uint64(max(n, 0))) }

func (e *encoder) time(t time.Time) { e.b = binary.AppendVarint(e.b, t.UnixMicro()) }

func (e *encoder) flag(v bool) {
	if v {
		e.b = append(e.b, 1)
	} else {
		e.b = append(e.b, 0)
	}
}

// text writes s as every store can take it: at most limit bytes of UTF-8
// without NUL. One text a database refuses would hold up the whole ledger.
func (e *encoder) text(s string, limit int) {
	if len(s) > limit {
		s = s[:limit]
		for range utf8.UTFMax - 1 { // not in the middle of a character
			if r, n := utf8.DecodeLastRuneInString(s); r != utf8.RuneError || n != 1 {
				break
			}
			s = s[:len(s)-1]
		}
	}
	if !utf8.ValidString(s) || strings.IndexByte(s, 0) >= 0 {
		s = strings.ReplaceAll(strings.ToValidUTF8(s, "?"), "\x00", "?")
	}
	e.b = binary.AppendUvarint(e.b, uint64(len(s)))
	e.b = append(e.b, s...)
}

func encodeOpening(b []byte, seed uint32, o *claviger.Opening) []byte {
	e := newEncoder(b, kindOpening, o.ID)
	e.text(o.RequestID, maxText)
	e.text(string(o.OrganisationID), maxText)
	e.text(string(o.WorkspaceID), maxText)
	e.text(string(o.APIKeyID), maxText)
	e.text(string(o.IntegrationID), maxText)
	e.text(string(o.ProviderID), maxText)
	e.text(o.ProviderSlug, maxText)
	e.text(o.AIProvider, maxText)
	e.text(o.Operation, maxText)
	e.text(o.Model, maxText)
	e.flag(o.Stream)
	e.count(int64(o.Attempt))
	e.time(o.OpenedAt)
	e.count(o.EstimatedIn)
	e.count(o.EstimatedOut)
	e.count(o.EstimatedCost)
	e.text(o.Price, maxText)
	e.text(o.Charges, maxCharges)
	return e.seal(seed)
}

func encodeClosing(b []byte, seed uint32, c *claviger.Closing) []byte {
	e := newEncoder(b, kindClosing, c.ID)
	e.text(string(c.Outcome), maxOutcome)
	e.count(int64(min(c.HTTPStatus, 1<<16-1)))
	t := &c.Tokens
	for _, n := range [...]int64{t.Input, t.CacheRead, t.CacheWrite5m, t.CacheWrite1h, t.AudioInput,
		t.ImageInput, t.Output, t.AudioOutput, t.ImageOutput, t.Reasoning,
		t.CacheReadAudio, t.CacheReadImage, t.WebSearches, t.FileSearches} {
		e.count(n)
	}
	e.count(c.Cost)
	e.flag(c.Estimated)
	e.text(c.Model, maxModel)
	e.time(c.ClosedAt)
	e.count(int64(c.UpstreamTime))
	e.count(int64(c.FirstByte))
	return e.seal(seed)
}
