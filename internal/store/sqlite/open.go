// Package sqlite opens the store on SQLite files in a data directory: the
// default for one machine, with nothing to install.
package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/claviger/claviger/internal/store"
	_ "modernc.org/sqlite" // the driver "sqlite"
)

// The files in the data directory. The ledger has its own, so that its steady
// writing and its size do not weigh on the control data.
const (
	ControlFile = "claviger.db"
	LedgerFile  = "ledger.db"
)

const (
	readers     = 8
	idleReaders = 2
	// busyTimeout is how long, in milliseconds, a connection waits for another
	// process that has the file, such as one that is just going.
	busyTimeout = "10000"
	// readCache is how many KiB of pages, as a negative number, a reader keeps
	// at most: the upper levels of the indexes of some millions of rows. They are
	// resident as they are read, twice that in the end: a page with its header is
	// given 8 KiB.
	readCache = "-16384"
)

// Open opens, or makes, the files in dataDir, which it makes as well if need be;
// only the user of the process may read them. It does not migrate. A file up to 32
// MiB that was not closed in order is checked before; see [Check].
//
// A commit is on the disk when it returns (synchronous=FULL): the journal
// forgets what the ledger has. Deleted values are overwritten (secure_delete).
// One connection writes, and a few read beside it.
func Open(ctx context.Context, dataDir string) (*store.Store, error) {
	if err := os.MkdirAll(dataDir, 0o700); err != nil {
		return nil, fmt.Errorf("make data directory: %w", err)
	}
	control, err := openFile(ctx, filepath.Join(dataDir, ControlFile))
	if err != nil {
		return nil, err
	}
	ledger, err := openFile(ctx, filepath.Join(dataDir, LedgerFile))
	if err != nil {
		control.Read.Close()
		control.Write.Close()
		return nil, err
	}
	return store.New(dialect, control, ledger), nil
}

func openFile(ctx context.Context, path string) (store.Database, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return store.Database{}, fmt.Errorf("open database: %w", err)
	}
	if err := private(path); err != nil {
		return store.Database{}, fmt.Errorf("open database: %w", err)
	}
	if err := checkLeft(ctx, path); err != nil {
		return store.Database{}, err
	}
	// The pragmas are in the name: each connection of a pool needs them.
	// busy_timeout first, since setting the journal's mode may have to wait.
	write, err := sql.Open("sqlite", name(path, url.Values{
		"_txlock": {"immediate"},
		"_pragma": {"busy_timeout(" + busyTimeout + ")", "journal_mode(WAL)", "synchronous(FULL)", "secure_delete(ON)", "foreign_keys(ON)"},
	}))
	if err != nil {
		return store.Database{}, fmt.Errorf("open database: %w", err)
	}
	write.SetMaxOpenConns(1)
	read, err := sql.Open("sqlite", name(path, url.Values{
		"_txlock": {"deferred"},
		"_pragma": {"busy_timeout(" + busyTimeout + ")", "query_only(ON)", "cache_size(" + readCache + ")"},
	}))
	if err != nil {
		write.Close()
		return store.Database{}, fmt.Errorf("open database: %w", err)
	}
	read.SetMaxOpenConns(readers)
	read.SetMaxIdleConns(idleReaders)
	read.SetConnMaxIdleTime(5 * time.Minute)
	// The writer first: it turns a new file to WAL, which readers rely on.
	for _, db := range []*sql.DB{write, read} {
		if err := db.PingContext(ctx); err != nil {
			read.Close()
			write.Close()
			if classify(err) == store.Full { // of which SQLite also says "disk I/O error"
				return store.Database{}, fmt.Errorf("open database %s: the disk is full: %w", path, err)
			}
			return store.Database{}, fmt.Errorf("open database %s: %w", path, err)
		}
	}
	return store.Database{Write: write, Read: read}, nil
}

// private makes the file with mode 0600, which SQLite copies to the files it
// keeps beside it, and takes away what others may do with one that is there.
func private(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Chmod(0o600)
}

// name is a SQLite URI, so that no character of a path means anything else.
func name(path string, params url.Values) string {
	u := url.URL{Scheme: "file", OmitHost: true, Path: path, RawQuery: params.Encode()}
	return u.String()
}
