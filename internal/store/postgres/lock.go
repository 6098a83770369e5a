package postgres

import (
	"context"
	"database/sql"
	"fmt"
)

// migrationLock lets one node migrate at a time; the others wait, and then find
// nothing to do. It is a lock of the session, so a node that dies frees it.
type migrationLock struct{}

const migrationLockID = 0x636c617669676572 // "claviger"

func (migrationLock) SessionLock(ctx context.Context, conn *sql.Conn) error {
	if _, err := conn.ExecContext(ctx, "SELECT pg_advisory_lock($1)", int64(migrationLockID)); err != nil {
		return fmt.Errorf("take migration lock: %w", err)
	}
	return nil
}

func (migrationLock) SessionUnlock(ctx context.Context, conn *sql.Conn) error {
	if _, err := conn.ExecContext(ctx, "SELECT pg_advisory_unlock($1)", int64(migrationLockID)); err != nil {
		return fmt.Errorf("release migration lock: %w", err)
	}
	return nil
}
