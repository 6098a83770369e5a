package store

import (
	"context"
	"database/sql"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

// Dialect is what differs between the databases besides their definitions.
type Dialect struct {
	// Name is the folder of the migrations: "sqlite" or "postgres".
	Name  string
	Goose goose.Dialect
	// Locker keeps nodes that start at once from migrating at once; nil where
	// there is only one node.
	Locker lock.SessionLocker
	// Classify says what a driver's error means.
	Classify func(error) Class
	// Position is the function that finds a string in another, counting from
	// 1, case-sensitive: (haystack, needle).
	Position string
	// Tables counts the tables of a name, $1.
	Tables string
	// Members is the table of the members of a JSON object of texts in a
	// column, with the columns key and value.
	Members func(column string) string
	// Granted is the number of workspaces that an integration i is granted to.
	Granted string
	// GrantedTotals are more rows for the recount of totals, and RepairGranted
	// corrects one, where Granted is a number that is kept: by $1, of an
	// organisation's integration, $2 and $3. Else both are empty.
	GrantedTotals, RepairGranted string
	// Placeholder is the n-th placeholder, from 1, of a statement that has very
	// many: SQLite takes $1 for a name and looks it up among all others.
	Placeholder func(n int) string
	// MaxParameters is how many placeholders a statement has at most.
	MaxParameters int
	// Forget clears what a database keeps of values that a committed
	// transaction wiped; nil where that is the database's own business.
	Forget func(context.Context, *sql.DB) error
	// Update and View are how transactions begin.
	Update, View sql.TxOptions
}

// Class is what an error of a driver means to a caller.
type Class int

// The classes. Other is everything that is nobody's to handle.
const (
	Other     Class = iota
	Taken           // a unique index refused the row
	NoParent        // a foreign key refused the row
	Contended       // another transaction got in between: run it again
	Down            // the database is away or cannot write now
	Full            // no room is left to write
)
