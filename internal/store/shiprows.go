package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"sync"
	"unicode/utf8"

	claviger "github.com/claviger/claviger"
)

// shipment is a statement that writes many entries at once.
type shipment struct {
	name string
	head string // up to VALUES
	// literals stand in every row after the arguments.
	literals string
	tail     string
	width    int // arguments of a row
	args     func(args []any, node string, e *claviger.Entry) []any
}

// shipWhole writes entries with their opening. One that is there is written
// over only by what comes later in its life; an opening that comes after its
// close fills in what the close did not know.
var shipWhole = &shipment{
	name: "ship ledger entries",
	head: "INSERT INTO entries (" + entryColumns + ") VALUES ",
	tail: " ON CONFLICT (entry_id) DO UPDATE SET " + overwrite(openingColumns, "excluded.%[1]s") + ", " +
		overwrite("status, "+closingColumns, "CASE WHEN entries.status = 'closed' THEN entries.%[1]s ELSE excluded.%[1]s END") + `
WHERE entries.organisation_id = '' OR entries.status <> 'closed' AND excluded.status = 'closed'
	OR entries.status = 'open' AND excluded.status = 'unsettled'`,
	width: 35,
	args: func(args []any, node string, e *claviger.Entry) []any {
		return closingArgs(openingArgs(append(args, e.ID[:], node, string(e.Status)), e), e)
	},
}

// shipClose writes closes whose opening was shipped earlier, or will be later.
var shipClose = &shipment{
	name:     "ship ledger closes",
	head:     "INSERT INTO entries (entry_id, node, " + closingColumns + ", status, " + openingColumns + ") VALUES ",
	literals: ", 'closed', '', '', '', '', '', '', '', '', '', '', FALSE, 0, 0, 0, 0",
	tail: " ON CONFLICT (entry_id) DO UPDATE SET status = excluded.status, " + overwrite(closingColumns, "excluded.%[1]s") +
		" WHERE entries.status <> 'closed'",
	width: 19,
	args: func(args []any, node string, e *claviger.Entry) []any {
		return closingArgs(append(args, e.ID[:], node), e)
	},
}

// overwrite is the SET list that gives each column the value of a pattern.
func overwrite(columns, pattern string) string {
	names := strings.Split(columns, ",")
	for i, n := range names {
		n = strings.TrimSpace(n)
		names[i] = n + " = " + fmt.Sprintf(pattern, n)
	}
	return strings.Join(names, ", ")
}

// shipped is a statement and the entries it writes.
type shipped struct {
	*shipment
	statement *sql.Stmt
	entries   []*claviger.Entry
}

// shipRows parts entries into as few statements as the database's bound on
// parameters allows, and adds them to rows. Sizes are powers of two, so that
// there are few statements; they stay prepared, since parsing one costs half as
// much as running it.
func (s *Store) shipRows(ctx context.Context, kind *shipment, entries []*claviger.Entry, rows []shipped) ([]shipped, error) {
	size := 1
	for size*2*kind.width <= s.dialect.MaxParameters {
		size *= 2
	}
	for len(entries) > 0 {
		for size > len(entries) {
			size /= 2
		}
		statement, err := s.prepared(ctx, kind, size)
		if err != nil {
			return nil, err
		}
		rows = append(rows, shipped{kind, statement, entries[:size]})
		entries = entries[size:]
	}
	return rows, nil
}

// preparedShips are the statements prepared so far.
type preparedShips struct {
	mu         sync.Mutex
	statements map[shipSize]*sql.Stmt
}

type shipSize struct {
	kind *shipment
	rows int
}

func (s *Store) prepared(ctx context.Context, kind *shipment, rows int) (*sql.Stmt, error) {
	s.ships.mu.Lock()
	defer s.ships.mu.Unlock()
	key := shipSize{kind, rows}
	if statement, ok := s.ships.statements[key]; ok {
		return statement, nil
	}
	//nolint:sqlclosecheck // kept for the life of the store
	statement, err := s.ledger.Write.PrepareContext(ctx, kind.text(&s.dialect, rows))
	if err != nil {
		return nil, s.dialect.fail("prepare to "+kind.name, err)
	}
	if s.ships.statements == nil {
		s.ships.statements = map[shipSize]*sql.Stmt{}
	}
	s.ships.statements[key] = statement
	return statement, nil
}

// ship runs the statements.
func (t *Tx) ship(ctx context.Context, node string, rows []shipped) error {
	var args []any
	for _, r := range rows {
		args = args[:0]
		for _, e := range r.entries {
			args = r.args(args, node, e)
		}
		//nolint:sqlclosecheck // the transaction closes it
		if _, err := t.tx.StmtContext(ctx, r.statement).ExecContext(ctx, args...); err != nil {
			return t.lose(ctx, step{name: r.name}, err)
		}
	}
	return nil
}

func (s *shipment) text(d *Dialect, rows int) string {
	var b strings.Builder
	b.WriteString(s.head)
	for i := range rows * s.width {
		switch {
		case i == 0:
			b.WriteString("(")
		case i%s.width == 0:
			b.WriteString(s.literals + "), (")
		default:
			b.WriteString(", ")
		}
		b.WriteString(d.Placeholder(i + 1))
	}
	b.WriteString(s.literals + ")" + s.tail)
	return b.String()
}

func openingArgs(args []any, e *claviger.Entry) []any {
	o := &e.Opening
	return append(args, keepable(o.OrganisationID), keepable(o.WorkspaceID), keepable(o.APIKeyID), keepable(o.IntegrationID),
		keepable(o.ProviderID), keepable(o.ProviderSlug), keepable(o.RequestID), keepable(o.AIProvider), keepable(o.Operation),
		keepable(o.Model), o.Stream, int64(o.Attempt), o.OpenedAt.UnixMicro(), o.EstimatedIn, o.EstimatedOut)
}

func closingArgs(args []any, e *claviger.Entry) []any {
	c := e.Closing
	if e.Status == claviger.EntryUnsettled {
		c.Estimated = true
		c.Tokens = claviger.Tokens{Input: e.EstimatedIn, Output: e.EstimatedOut}
	}
	return append(args, keepable(c.Outcome), int64(c.HTTPStatus), c.Estimated, keepable(c.Model), micros(c.ClosedAt),
		c.UpstreamTime.Microseconds(), c.FirstByte.Microseconds(),
		c.Tokens.Input, c.Tokens.CacheRead, c.Tokens.CacheWrite5m, c.Tokens.CacheWrite1h, c.Tokens.AudioInput,
		c.Tokens.ImageInput, c.Tokens.Output, c.Tokens.AudioOutput, c.Tokens.ImageOutput, c.Tokens.Reasoning)
}

// keepable is s as every database keeps it. An entry is never refused for the
// text in it, such as a model named by a provider: the journal behind it would
// wait for ever.
func keepable[T ~string](s T) string {
	if strings.IndexByte(string(s), 0) < 0 && utf8.ValidString(string(s)) {
		return string(s)
	}
	return strings.ReplaceAll(strings.ToValidUTF8(string(s), "\uFFFD"), "\x00", "\uFFFD")
}
