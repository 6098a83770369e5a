package ledger

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

const (
	magic      = "clvjrnl\x01"
	headerSize = len(magic) + 8
	suffix     = ".journal"
)

// file is what the journal needs of an open file. Tests put one in between that
// runs out of space when told.
type file interface {
	io.ReaderAt
	io.WriterAt
	io.Closer
	Truncate(size int64) error
	Sync() error
	// Reserve makes sure that the first size bytes can be written whatever
	// else fills the disk, without changing the file's length. It answers
	// errors.ErrUnsupported where the file system cannot.
	Reserve(size int64) error
}

// segment is one file of the journal. Its fields are guarded by journal.mu but
// for those in the first group and ended, which do not change.
type segment struct {
	seq  uint64
	path string
	f    file
	seed uint32

	size    int64 // of whole records and header
	dirty   bool  // not synced since the last write
	full    bool  // takes closes only
	broken  bool  // takes nothing: its end is in doubt
	ended   bool  // a process life ended writing to it: its tail may be torn
	damaged bool  // not every byte of it could be read; belongs to the shipper
}

func segmentPath(dir string, seq uint64) string {
	return filepath.Join(dir, fmt.Sprintf("%016x%s", seq, suffix))
}

func header(seed uint32) []byte {
	b := binary.LittleEndian.AppendUint32([]byte(magic), seed)
	return binary.LittleEndian.AppendUint32(b, crc32.Checksum(b, castagnoli))
}

// create makes a segment with room for size bytes. After an error no file is
// left.
func create(newFile func(path string) (file, error), dir string, seq uint64, seed uint32, size int64) (_ *segment, err error) {
	s := &segment{seq: seq, path: segmentPath(dir, seq), seed: seed, size: int64(headerSize)}
	if s.f, err = newFile(s.path); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.f.Close(), os.Remove(s.path))
		}
	}()
	err = s.f.Reserve(size)
	if noSpace(err) {
		return nil, fmt.Errorf("no room in %s for a segment of the journal, which takes %.4g MiB: %w", dir, float64(size)/(1<<20), err)
	}
	if err != nil && !errors.Is(err, errors.ErrUnsupported) {
		return nil, err
	}
	if _, err := s.f.WriteAt(header(seed), 0); err != nil {
		return nil, err
	}
	// The header must be on disk before any record: without it none is read.
	if err := s.f.Sync(); err != nil {
		return nil, err
	}
	return s, syncDir(dir)
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// openSegment opens a segment of an earlier process life. It returns nil when
// the process died before there was anything in it.
func openSegment(dir string, seq uint64) (*segment, error) {
	s := &segment{seq: seq, path: segmentPath(dir, seq)}
	f, err := os.Open(s.path)
	if err != nil {
		return nil, err
	}
	s.f = osFile{f}
	info, err := f.Stat()
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	s.size = info.Size()
	b := make([]byte, headerSize)
	n, err := f.ReadAt(b, 0)
	if err != nil && err != io.EOF {
		return nil, errors.Join(err, f.Close())
	}
	b = b[:n]
	if len(b) == headerSize {
		s.seed = binary.LittleEndian.Uint32(b[len(magic):])
		if string(b) == string(header(s.seed)) {
			return s, nil
		}
	}
	if s.size <= int64(headerSize) {
		return nil, errors.Join(f.Close(), os.Remove(s.path))
	}
	if err := f.Close(); err != nil {
		return nil, err
	}
	return nil, fmt.Errorf("journal segment %s has no readable header: its entries cannot be told from damage; "+
		"move it out of the directory to start without it", s.path)
}

// segments lists the numbers of the segments in dir, ascending.
func segments(dir string) ([]uint64, error) {
	names, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var out []uint64
	for _, e := range names {
		hex, ok := strings.CutSuffix(e.Name(), suffix)
		if seq, err := strconv.ParseUint(hex, 16, 64); ok && err == nil && len(hex) == 16 {
			out = append(out, seq)
		}
	}
	slices.Sort(out)
	return out, nil
}

// discard closes the segment's file and deletes it, or sets it aside when some
// of it could not be read.
func (s *segment) discard() error {
	err := s.f.Close()
	if s.damaged {
		return errors.Join(err, os.Rename(s.path, s.path+".damaged"))
	}
	if rm := os.Remove(s.path); !errors.Is(rm, fs.ErrNotExist) {
		err = errors.Join(err, rm)
	}
	return err
}

// osFile is the real file.
type osFile struct{ *os.File }

func newOSFile(path string) (file, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	return osFile{f}, nil
}
