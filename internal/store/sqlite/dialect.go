package sqlite

import (
	"database/sql"
	"errors"

	"github.com/claviger/claviger/internal/store"
	"github.com/pressly/goose/v3"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

var dialect = store.Dialect{
	Name:     "sqlite",
	Goose:    goose.DialectSQLite3,
	Classify: classify,
	Position: "instr",
	Tables:   "SELECT COUNT(*) FROM sqlite_schema WHERE type = 'table' AND name = $1",
	Members:  func(column string) string { return "json_each(" + column + ")" },
	Granted:  "i.granted",
	GrantedTotals: `
UNION ALL SELECT organisation_id, 'granted', id, '', granted, 0 FROM integrations
UNION ALL SELECT organisation_id, 'granted', integration_id, '', 0, 1 FROM grants WHERE enabled`,
	RepairGranted: "UPDATE integrations SET granted = granted + $1 WHERE organisation_id = $2 AND id = $3",
	Placeholder:   func(int) string { return "?" },
	MaxParameters: 32766,
	Forget:        truncateLog,
	View:          sql.TxOptions{ReadOnly: true}, // deferred: takes no lock
}

func classify(err error) store.Class {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return store.Other
	}
	switch e.Code() {
	case sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_UNIQUE:
		return store.Taken
	case sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
		return store.NoParent
	case sqlite3.SQLITE_BUSY_SNAPSHOT:
		return store.Contended
	case sqlite3.SQLITE_IOERR_SHMSIZE: // the write-ahead log's index cannot grow
		return store.Full
	}
	switch e.Code() & 0xff { // the primary code
	case sqlite3.SQLITE_FULL:
		return store.Full
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_IOERR,
		sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_NOMEM:
		return store.Down
	}
	return store.Other
}
