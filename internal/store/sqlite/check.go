package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// ErrDamaged says that a file does not hold together, as one does not beside
// which the write-ahead log of another was left.
var ErrDamaged = errors.New("it is damaged; if it was restored from a backup, restore it once more, into an empty directory, " +
	"and without the -wal and -shm files of the store before")

// leftMost is the largest file, in bytes, that is checked when its write-ahead
// log was left behind: some tens of milliseconds.
const leftMost = 32 << 20

// Check reads both files in dataDir from end to end and reports the first that
// does not hold together; its error wraps [ErrDamaged]. It changes nothing and
// may run beside whoever has them open.
func Check(ctx context.Context, dataDir string) error {
	for _, name := range []string{ControlFile, LedgerFile} {
		if err := checkFile(ctx, filepath.Join(dataDir, name)); err != nil {
			return err
		}
	}
	return nil
}

// checkLeft checks a file of moderate size that was not closed in order: its log
// is there, and may be that of another file. That has to be before it is opened
// for writing, after which the log becomes part of it.
func checkLeft(ctx context.Context, path string) error {
	if size(path+"-wal") == 0 || size(path) > leftMost {
		return nil
	}
	return checkFile(ctx, path)
}

// size is that of a file in bytes, and 0 when there is none.
func size(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}

func checkFile(ctx context.Context, path string) error {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return fmt.Errorf("check database: %w", err)
	}
	db, err := sql.Open("sqlite", name(path, url.Values{"mode": {"ro"}, "_pragma": {"busy_timeout(" + busyTimeout + ")"}}))
	if err != nil {
		return fmt.Errorf("check database: %w", err)
	}
	defer db.Close()
	var says string
	err = db.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&says)
	switch {
	case err != nil && damaged(err):
		return fmt.Errorf("check database %s: %w (%w)", path, ErrDamaged, err)
	case err != nil:
		return fmt.Errorf("check database %s: %w", path, err)
	case says != "ok":
		return fmt.Errorf("check database %s: %w (%s)", path, ErrDamaged, strings.ReplaceAll(says, "\n", " "))
	}
	return nil
}

// damaged reports whether SQLite says that a file does not hold together.
func damaged(err error) bool {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return false
	}
	code := e.Code() & 0xff
	return code == sqlite3.SQLITE_CORRUPT || code == sqlite3.SQLITE_NOTADB
}
