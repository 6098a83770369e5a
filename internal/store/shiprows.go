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

// bulk is a statement about many things of a kind at once.
type bulk[T any] struct {
	name string
	// head comes before the arguments of the first thing, between before those of
	// each other one, and tail behind the last.
	head, between, tail string
	width               int // arguments of a thing
	most                int // things in one statement; 0: as many as the database takes
	args                func(args []any, node string, v T) []any
}

// shipWhole writes entries with their opening. One that is there is written
// over only by what comes later in its life; an opening that comes after its
// close fills in what the close did not know.
var shipWhole = &bulk[*claviger.Entry]{
	name:    "ship ledger entries",
	head:    "INSERT INTO entries (" + entryColumns + ") VALUES (",
	between: "), (",
	tail: ") ON CONFLICT (entry_id) DO UPDATE SET " + overwrite(openingColumns, "excluded.%[1]s") + ", " +
		overwrite("status, "+closingColumns, "CASE WHEN entries.status = 'closed' THEN entries.%[1]s ELSE excluded.%[1]s END") + `
WHERE entries.organisation_id = '' OR entries.status <> 'closed' AND excluded.status = 'closed'
	OR entries.status = 'open' AND excluded.status = 'unsettled'`,
	width: 43,
	args: func(args []any, node string, e *claviger.Entry) []any {
		return closingArgs(openingArgs(append(args, e.ID[:], node, string(e.Status)), e), e)
	},
}

// noOpening are the columns of a close whose opening is elsewhere.
const noOpening = ", 'closed', '', '', '', '', '', '', '', '', '', '', FALSE, 0, 0, 0, 0, 0, '', ''"

// shipClose writes closes whose opening was shipped earlier, or will be later.
var shipClose = &bulk[*claviger.Entry]{
	name:    "ship ledger closes",
	head:    "INSERT INTO entries (entry_id, node, " + closingColumns + ", status, " + openingColumns + ") VALUES (",
	between: noOpening + "), (",
	tail: noOpening + ") ON CONFLICT (entry_id) DO UPDATE SET status = excluded.status, " + overwrite(closingColumns, "excluded.%[1]s") +
		" WHERE entries.status <> 'closed'",
	width: 24,
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

// lot is a statement and what it is about.
type lot[T any] struct {
	*bulk[T]
	statement *sql.Stmt
	of        []T
}

// arguments adds those of the statement.
func (p lot[T]) arguments(args []any, node string) []any {
	for _, v := range p.of {
		args = p.args(args, node, v)
	}
	return args
}

// lots divides things among as few statements as the database's bound on
// parameters allows. Sizes are powers of two, so that there are few statements;
// they stay prepared, since parsing one costs half as much as running it.
func lots[T any](ctx context.Context, s *Store, kind *bulk[T], all []T) (out []lot[T], err error) {
	size := kind.largest(&s.dialect)
	for len(all) > 0 {
		for size > len(all) {
			size /= 2
		}
		statement, err := prepared(ctx, s, kind, size)
		if err != nil {
			return nil, err
		}
		out = append(out, lot[T]{kind, statement, all[:size]})
		all = all[size:]
	}
	return out, nil
}

// largest is how many things one statement is about at most.
func (b *bulk[T]) largest(d *Dialect) int {
	size := 1
	for size*2*b.width <= d.MaxParameters && (b.most == 0 || size*2 <= b.most) {
		size *= 2
	}
	return size
}

// preparedShips are the statements prepared so far.
type preparedShips struct {
	mu         sync.Mutex
	statements map[shipSize]*sql.Stmt
}

type shipSize struct {
	name string
	rows int
}

func prepared[T any](ctx context.Context, s *Store, kind *bulk[T], rows int) (*sql.Stmt, error) {
	s.ships.mu.Lock()
	defer s.ships.mu.Unlock()
	key := shipSize{kind.name, rows}
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

// write runs statements that write.
func write[T any](ctx context.Context, t *Tx, node string, all []lot[T]) error {
	var args []any
	for _, p := range all {
		args = p.arguments(args[:0], node)
		//nolint:sqlclosecheck // the transaction closes it
		if _, err := t.tx.StmtContext(ctx, p.statement).ExecContext(ctx, args...); err != nil {
			return t.lose(ctx, step{name: p.name}, err)
		}
	}
	return nil
}

func (b *bulk[T]) text(d *Dialect, rows int) string {
	var text strings.Builder
	text.WriteString(b.head)
	for i := range rows * b.width {
		switch {
		case i == 0:
		case i%b.width == 0:
			text.WriteString(b.between)
		default:
			text.WriteString(", ")
		}
		text.WriteString(d.Placeholder(i + 1))
	}
	text.WriteString(b.tail)
	return text.String()
}

func openingArgs(args []any, e *claviger.Entry) []any {
	o := &e.Opening
	return append(args, keepable(o.OrganisationID), keepable(o.WorkspaceID), keepable(o.APIKeyID), keepable(o.IntegrationID),
		keepable(o.ProviderID), keepable(o.ProviderSlug), keepable(o.RequestID), keepable(o.AIProvider), keepable(o.Operation),
		keepable(o.Model), o.Stream, int64(o.Attempt), o.OpenedAt.UnixMicro(), o.EstimatedIn, o.EstimatedOut, o.EstimatedCost,
		keepable(o.Price), keepable(o.Charges))
}

func closingArgs(args []any, e *claviger.Entry) []any {
	c, t := &e.Closing, &e.Closing.Tokens
	return append(args, keepable(c.Outcome), int64(c.HTTPStatus), c.Estimated, keepable(c.Model), micros(c.ClosedAt),
		c.UpstreamTime.Microseconds(), c.FirstByte.Microseconds(),
		t.Input, t.CacheRead, t.CacheWrite5m, t.CacheWrite1h, t.AudioInput, t.ImageInput, t.Output, t.AudioOutput,
		t.ImageOutput, t.Reasoning, t.CacheReadAudio, t.CacheReadImage, t.WebSearches, t.FileSearches, c.Cost)
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
