package postgres_test

import (
	"strings"
	"sync"
	"testing"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/store/postgres"
	"github.com/claviger/claviger/internal/store/storetest/pgtest"
)

func TestNoErrorHoldsThePassword(t *testing.T) {
	dir := t.TempDir() // a socket directory without a server
	for name, url := range map[string]string{
		"nobody answers":                 "postgres://user:hunter2secret@/db?host=" + dir,
		"no such parameter value":        "postgres://user:hunter2secret@/db?connect_timeout=soon&host=" + dir,
		"a slash in the password":        "postgres://user:hunter2/secret@localhost/db",
		"an at sign in the password":     "postgres://user:hunter2@secret@localhost:no/db",
		"a percent sign in the password": "postgres://user:hunter2%zzsecret@localhost/db",
		"a password in a parameter":      "postgres://user@/db?password=hunter2secret&sslmode=nonsense",
		"not a postgres URL":             "mysql://user:hunter2secret@localhost/db",
		"key and value form":             "host=" + dir + " user=u password=hunter2secret",
		"no scheme":                      "hunter2secret",
	} {
		t.Run(name, func(t *testing.T) {
			s, err := postgres.Open(t.Context(), url)
			if err == nil {
				s.Close()
				t.Fatal("it opened")
			}
			for e := err; e != nil; e = unwrap(e) {
				if strings.Contains(e.Error(), "hunter2") || strings.Contains(e.Error(), "secret") {
					t.Errorf("the error tells: %q", e)
				}
			}
		})
	}
}

func unwrap(err error) error {
	if u, ok := err.(interface{ Unwrap() error }); ok {
		return u.Unwrap()
	}
	return nil
}

func TestAServerThatDoesNotAnswerIsUnavailable(t *testing.T) {
	_, err := postgres.Open(t.Context(), "postgres://user@/db?host="+t.TempDir())
	if claviger.CodeOf(err) != claviger.Unavailable {
		t.Errorf("error %v, want code %s", err, claviger.Unavailable)
	}
}

func TestADatabaseThatGoesAwayIsUnavailable(t *testing.T) {
	url := pgtest.URL(t)
	s := openAt(t, url)
	pgtest.Drop(t, url)
	if err := s.Ping(t.Context()); claviger.CodeOf(err) != claviger.Unavailable {
		t.Errorf("Ping: error %v, want code %s", err, claviger.Unavailable)
	}
	if _, err := s.Keyring(t.Context()); claviger.CodeOf(err) != claviger.Unavailable {
		t.Errorf("Keyring: error %v, want code %s", err, claviger.Unavailable)
	}
}

func TestNodesMayMigrateAtOnce(t *testing.T) {
	const nodes = 4
	url := pgtest.URL(t)
	applied := make([]int, nodes)
	var group sync.WaitGroup
	for n := range nodes {
		group.Go(func() {
			s, err := postgres.Open(t.Context(), url)
			if err != nil {
				t.Error(err)
				return
			}
			defer s.Close()
			if applied[n], err = s.Migrate(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	total := 0
	for _, n := range applied {
		total += n
	}
	alone, err := postgres.Open(t.Context(), pgtest.URL(t))
	if err != nil {
		t.Fatal(err)
	}
	defer alone.Close()
	if want, err := alone.Migrate(t.Context()); err != nil || total != want {
		t.Errorf("%v steps applied, want the %d there are once (%v)", applied, want, err)
	}
}
