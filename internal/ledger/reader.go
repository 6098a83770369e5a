package ledger

import (
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
)

// readAhead is how much of a segment is read at a time, in bytes.
const readAhead = 128 << 10

// reader walks over the records of one segment.
type reader struct {
	src  io.ReaderAt
	seed uint32
	off  int64 // of the next record
	end  int64 // of what may be read
	buf  []byte
	at   int64 // where buf starts
}

// next returns the payload of the next whole record, valid until the following
// call, and how many bytes before it were no record. At the end it returns
// io.EOF, and skipped is then the length of a torn tail.
func (r *reader) next() (payload []byte, skipped int64, err error) {
	start := r.off
	for r.end-r.off >= frameSize+minPayload {
		payload, err := r.record(r.off)
		if err != nil {
			return nil, 0, err
		}
		if payload != nil {
			skipped = r.off - start
			r.off += frameSize + int64(len(payload))
			return payload, skipped, nil
		}
		r.off++
	}
	r.off = max(r.end, r.off)
	return nil, r.off - start, io.EOF
}

// record returns the payload of the record at off, or nil when there is none.
func (r *reader) record(off int64) ([]byte, error) {
	head, err := r.window(off, frameSize)
	if err != nil {
		return nil, err
	}
	n := int64(binary.LittleEndian.Uint32(head[4:]))
	if n < minPayload || n > maxPayload || n > r.end-off-frameSize {
		return nil, nil
	}
	b, err := r.window(off, frameSize+int(n))
	if err != nil {
		return nil, err
	}
	if crc32.Update(r.seed, castagnoli, b[4:]) != binary.LittleEndian.Uint32(b) {
		return nil, nil
	}
	return b[frameSize:], nil
}

// window returns n bytes at off, which lie before the end.
func (r *reader) window(off int64, n int) ([]byte, error) {
	if off < r.at || off+int64(n) > r.at+int64(len(r.buf)) {
		size := min(readAhead, r.end-off)
		if int64(cap(r.buf)) < size {
			r.buf = make([]byte, min(readAhead, max(size, 2*int64(cap(r.buf)))))
		}
		r.buf, r.at = r.buf[:size], off
		got, err := r.src.ReadAt(r.buf, off)
		if got < len(r.buf) {
			r.buf = r.buf[:0]
			if errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return nil, err
		}
	}
	i := off - r.at
	return r.buf[i : i+int64(n)], nil
}
