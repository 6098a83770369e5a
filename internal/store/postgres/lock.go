package postgres

import (
	"context"
	"database/sql"
	"fmt"
)

// migrationLock lets one node migrate at a time; the others wait, and then find
// nothing to do. It is a lock of the session, so a node that dies frees it.
//
// Whatever the database has as default, each statement of a migration sees what
// was committed before it: one that counts rows after it has locked them must
// count those that the lock waited for.
type migrationLock struct{}

const migrationLockID = 0x636c617669676572 // "claviger"

func (migrationLock) SessionLock(ctx context.Context, conn *sql.Conn) error {
	if _, err := conn.ExecContext(ctx, "SET default_transaction_isolation = 'read committed'"); err != nil {
		return fmt.Errorf("set the isolation of the migration: %w", err)
	}
	if _, err := conn.ExecContext(ctx, "SELECT pg_advisory_lock($1)", int64(migrationLockID)); err != nil {
		return fmt.Errorf("take migration lock: %w", err)
	}
	return nil
}

func (migrationLock) SessionUnlock(ctx context.Context, conn *sql.Conn) error {
	if _, err := conn.ExecContext(ctx, "SELECT pg_advisory_unlock($1)", int64(migrationLockID)); err != nil {
		return fmt.Errorf("release migration lock: %w", err)
	}
	if _, err := conn.ExecContext(ctx, "RESET default_transaction_isolation"); err != nil {
		return fmt.Errorf("reset the isolation of the migration: %w", err)
	}
	return nil
}
