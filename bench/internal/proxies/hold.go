package proxies

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"path/filepath"

	"github.com/claviger/claviger/internal/store/sqlite"
)

// holdLedger takes the write lock of the ledger's database, as a backup or a
// slow disk would: the server answers on, its entries wait in the journal. So
// the cost of answering can be told from that of shipping. release ends it.
func (s *ClavigerServer) holdLedger(ctx context.Context) (release func() error, err error) {
	file := url.URL{Scheme: "file", OmitHost: true, Path: filepath.Join(s.dir, sqlite.LedgerFile),
		RawQuery: "mode=rw&_txlock=immediate&_pragma=busy_timeout(10000)"}
	db, err := sql.Open("sqlite", file.String())
	if err != nil {
		return nil, fmt.Errorf("open the ledger: %w", err)
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		_ = db.Close()
		return nil, fmt.Errorf("lock the ledger: %w", err)
	}
	return func() error {
		if err := tx.Rollback(); err != nil {
			return fmt.Errorf("unlock the ledger: %w", err)
		}
		return db.Close()
	}, nil
}
