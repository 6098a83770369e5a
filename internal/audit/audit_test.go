package audit_test

import (
	"strings"
	"testing"
	"time"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/audit"
	"github.com/claviger/claviger/internal/authz"
	"github.com/claviger/claviger/internal/secret"
)

type initials struct{}

func (initials) Fingerprint(org claviger.OrganisationID, s secret.String) string {
	return "fp:" + string(org) + ":" + s.Reveal()[:1]
}

func TestEntryNamesSecretsByFingerprintOnly(t *testing.T) {
	by := authz.Caller{OrganisationID: "org", KeyID: "key", Origin: authz.Origin{Method: "PUT", URI: "/v1/x", RequestID: "r", Address: "192.0.2.1"}}
	e, err := audit.Entry(by, time.Unix(5, 0), initials{}, audit.Change{
		Action: "update", ResourceType: "integration", ResourceID: "i", WorkspaceID: "ws",
		Before: audit.Fields{"key": secret.New("old-canary-value"), "name": "n"},
		After: audit.Fields{
			"key":            secret.New("new-canary-value"),
			"none":           secret.String{},
			"configurations": map[string]secret.String{"custom_headers": secret.New("hdr-canary-value")},
			"nested":         []any{secret.New("deep-canary-value")},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	text := string(e.Before) + string(e.After)
	for _, want := range []string{`"key":"fp:org:o"`, `"key":"fp:org:n"`, `"none":null`, `"custom_headers":"fp:org:h"`, `"name":"n"`} {
		if !strings.Contains(text, want) {
			t.Errorf("no %s in %s", want, text)
		}
	}
	if strings.Contains(text, "canary") {
		t.Error("a secret is in the entry")
	}
	if e.ActorType != "api_key" || e.ActorKeyID != "key" || e.Method != "PUT" || e.URI != "/v1/x" || e.RequestID != "r" || e.Address != "192.0.2.1" || e.WorkspaceID != "ws" || !e.At.Equal(time.Unix(5, 0)) || e.ID == "" {
		t.Errorf("entry does not say who and whence: %+v", e)
	}
}

func TestEntryOfTheCommandLine(t *testing.T) {
	e, err := audit.Entry(authz.Caller{OrganisationID: "org"}, time.Unix(5, 0), initials{}, audit.Change{Action: "create"})
	if err != nil || e.ActorType != "operator" || e.Before != nil || e.After != nil {
		t.Errorf("got %+v, %v", e, err)
	}
}

func TestEntryFailsClosed(t *testing.T) {
	for side, c := range map[string]audit.Change{
		"before": {Before: audit.Fields{"f": func() {}}},
		"after":  {After: audit.Fields{"f": make(chan int)}},
	} {
		if _, err := audit.Entry(authz.Caller{}, time.Unix(5, 0), initials{}, c); err == nil {
			t.Errorf("%s: a side that cannot be written was passed over", side)
		}
	}
}
