package store

import (
	"strconv"
	"strings"
)

// where collects the conditions of a list. Its text holds only constants of
// this package; values are arguments.
type where struct {
	text strings.Builder
	args []any
}

// and adds a condition. Each ? in it is the next of values.
func (w *where) and(condition string, values ...any) {
	if w.text.Len() == 0 {
		w.text.WriteString(" WHERE ")
	} else {
		w.text.WriteString(" AND ")
	}
	for _, v := range values {
		before, after, _ := strings.Cut(condition, "?")
		w.text.WriteString(before)
		w.text.WriteString(w.bind(v))
		condition = after
	}
	w.text.WriteString(condition)
}

// bind adds an argument and returns its placeholder.
func (w *where) bind(v any) string {
	w.args = append(w.args, v)
	return "$" + strconv.Itoa(len(w.args))
}

// among is a condition that column is one of the values.
func among[T any](w *where, column string, values []T) {
	if len(values) == 0 {
		w.and("1 = 0")
		return
	}
	marks := strings.TrimSuffix(strings.Repeat("?, ", len(values)), ", ")
	args := make([]any, len(values))
	for i, v := range values {
		args[i] = v
	}
	w.and(column+" IN ("+marks+")", args...)
}
