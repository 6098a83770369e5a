package postgres

import (
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"strconv"
	"strings"

	"github.com/claviger/claviger/internal/store"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/pressly/goose/v3"
)

var dialect = store.Dialect{
	Name:     "postgres",
	Goose:    goose.DialectPostgres,
	Locker:   migrationLock{},
	Classify: classify,
	Position: "strpos",
	Tables:   "SELECT COUNT(to_regclass($1::text))",
	Members:  func(column string) string { return "json_each_text(" + column + "::json)" },
	Granted: `(SELECT COUNT(*) FROM grants g
	WHERE g.organisation_id = i.organisation_id AND g.integration_id = i.id AND g.enabled)`,
	Placeholder: func(n int) string { return "$" + strconv.Itoa(n) },
	// The protocol allows 65535; statements of this size are quicker to plan.
	MaxParameters: 12000,
	// Serialisable, so that writers see what one writer on SQLite sees: what a
	// use case checked still holds when it commits, also between rows.
	Update: sql.TxOptions{Isolation: sql.LevelSerializable},
	View:   sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true},
}

// The codes of PostgreSQL that mean something to the store.
const (
	uniqueViolation      = "23505"
	foreignKeyViolation  = "23503"
	serializationFailure = "40001"
	deadlockDetected     = "40P01"
	diskFull             = "53100"
)

// Classes of codes that say that the server is away or cannot write for now.
var downClasses = []string{
	"08", // connection
	"53", // out of memory or connections
	"57", // shutting down, starting, or cancelled by an operator
	"58", // input or output
}

func classify(err error) store.Class {
	var connect *pgconn.ConnectError
	if errors.As(err, &connect) { // whatever the server's reason
		return store.Down
	}
	var e *pgconn.PgError
	if errors.As(err, &e) {
		switch e.Code {
		case uniqueViolation:
			return store.Taken
		case foreignKeyViolation:
			return store.NoParent
		case serializationFailure, deadlockDetected:
			return store.Contended
		case diskFull:
			return store.Full
		case "25006": // a standby: read only
			return store.Down
		}
		for _, class := range downClasses {
			if strings.HasPrefix(e.Code, class) {
				return store.Down
			}
		}
		return store.Other
	}
	var network net.Error
	if errors.As(err, &network) ||
		errors.Is(err, driver.ErrBadConn) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) || pgconn.SafeToRetry(err) {
		return store.Down
	}
	return store.Other
}
