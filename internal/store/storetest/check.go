package storetest

import (
	"slices"
	"strings"
	"testing"

	claviger "github.com/claviger/claviger"
)

func upper(s string) string { return strings.ToUpper(s) }

func ok(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("unexpected error: %v", err)
	}
}

// refused expects an error of a code whose text is the product's own.
func refused(t testing.TB, what string, err error, code claviger.Code) {
	t.Helper()
	switch {
	case err == nil:
		t.Errorf("%s: no error, want code %s", what, code)
	case claviger.CodeOf(err) != code:
		t.Errorf("%s: error %q with code %s, want %s", what, err, claviger.CodeOf(err), code)
	case strings.Contains(err.Error(), "SQL") || strings.Contains(err.Error(), "constraint"):
		t.Errorf("%s: the driver speaks: %q", what, err)
	}
}

// slugs of integrations, sorted.
func slugs(rows []claviger.Integration) []string {
	out := make([]string, len(rows))
	for i, r := range rows {
		out[i] = r.Slug
	}
	slices.Sort(out)
	return out
}
