package gateway

import (
	"net/http"
	"strings"
	"testing"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/authn"
)

func TestMetadataOfARequest(t *testing.T) {
	header := func(own, baggage string) http.Header {
		return http.Header{"X-Portkey-Metadata": {own}, "Baggage": {baggage}}
	}
	who := func(user string) *authn.Identity {
		return &authn.Identity{Key: claviger.APIKey{UserID: user}, Workspace: claviger.Workspace{Metadata: map[string]string{"env": "of the workspace"}}}
	}
	defaults := map[string]string{"env": "of the key", "team": "of the key"}
	for name, tt := range map[string]struct {
		header http.Header
		user   string
		key    string
		want   string
		absent bool
	}{
		"the caller's own":                      {header(`{"app":"x"}`, ""), "", "app", "x", false},
		"the key's stands above the caller's":   {header(`{"team":"x"}`, ""), "", "team", "of the key", false},
		"the workspace's stands above all":      {header(`{"env":"x"}`, "env=y"), "", "env", "of the workspace", false},
		"baggage":                               {header("", "app=a%20b;p=1, other=2"), "", "app", "a b", false},
		"the caller's header above its baggage": {header(`{"app":"x"}`, "app=y"), "", "app", "x", false},
		"a number":                              {header(`{"n":12.50}`, ""), "", "n", "12.50", false},
		"a truth value":                         {header(`{"n":true}`, ""), "", "n", "true", false},
		"null is nothing":                       {header(`{"n":null}`, ""), "", "n", "", true},
		"an object is nothing":                  {header(`{"n":{"a":1}}`, ""), "", "n", "", true},
		"no JSON is nothing":                    {header(`{"n":`, ""), "", "n", "", true},
		"an array is nothing":                   {header(`["n"]`, ""), "", "n", "", true},
		"broken baggage is nothing":             {header("", "=,;;=,n%zz=1,n=%zz"), "", "n", "", true},
		"who a user's key belongs to":           {header(`{"_user":"mallory"}`, ""), "alice", "_user", "alice", false},
		"a service may name its user":           {header(`{"_user":"bob"}`, ""), "", "_user", "bob", false},
	} {
		t.Run(name, func(t *testing.T) {
			m, err := metadataOf(tt.header, who(tt.user), defaults)
			if err != nil {
				t.Fatal(err)
			}
			if got, ok := m[tt.key]; got != tt.want || ok == tt.absent {
				t.Errorf("%q, %v", got, ok)
			}
		})
	}
	if _, err := metadataOf(header(strings.Repeat("x", maxMetadata+1), ""), who(""), nil); err == nil {
		t.Error("metadata of any size are taken")
	}
}

func FuzzMetadata(f *testing.F) {
	f.Add(`{"a":"b"}`, "a=b;c, d=e")
	f.Fuzz(func(t *testing.T, own, baggage string) {
		_, _ = metadataOf(http.Header{"X-Portkey-Metadata": {own}, "Baggage": {baggage}}, &authn.Identity{}, nil)
	})
}
