package store

import (
	"context"
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
	texts    sync.Map // textKey -> string
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

// ship writes the entries in as few statements as the database's bound on
// parameters allows. Sizes are powers of two, so that there are few texts, which
// the drivers keep prepared.
func (t *Tx) ship(ctx context.Context, s *shipment, node string, entries []*claviger.Entry) error {
	size := 1
	for size*2*s.width <= t.d.MaxParameters {
		size *= 2
	}
	var args []any
	for len(entries) > 0 {
		for size > len(entries) {
			size /= 2
		}
		args = args[:0]
		for _, e := range entries[:size] {
			args = s.args(args, node, e)
		}
		if _, err := t.exec(ctx, step{name: s.name}, s.text(t.d, size), args...); err != nil {
			return err
		}
		entries = entries[size:]
	}
	return nil
}

// textKey names one text of a shipment.
type textKey struct {
	dialect string
	rows    int
}

func (s *shipment) text(d *Dialect, rows int) string {
	key := textKey{d.Name, rows}
	if text, ok := s.texts.Load(key); ok {
		return text.(string)
	}
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
	s.texts.Store(key, b.String())
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
