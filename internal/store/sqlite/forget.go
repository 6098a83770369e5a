package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// truncateLog moves the write-ahead log into the database and empties it: it
// holds pages as they were before values were wiped. Readers may be in the way;
// it waits for them only briefly, since every writer waits behind it. Then the
// next time, or closing the store, does it.
func truncateLog(ctx context.Context, db *sql.DB) error {
	wait, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	conn, err := db.Conn(wait)
	if err != nil {
		return err
	}
	defer conn.Close()
	_, brief := conn.ExecContext(ctx, "PRAGMA busy_timeout(100)")
	_, truncate := conn.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
	_, restore := conn.ExecContext(ctx, "PRAGMA busy_timeout("+busyTimeout+")")
	return errors.Join(brief, truncate, restore)
}
