package vault_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/secret"
	"github.com/claviger/claviger/internal/vault"
)

func TestCredentialsComeBackAsTheyWere(t *testing.T) {
	v := open(t, masterKey("k"), &memoryKeyring{})
	tests := map[string]vault.Credentials{
		"only a key":         {Key: secret.New("sk-test-0123456789")},
		"only fields":        {Fields: map[string]secret.String{"aws_secret_access_key": secret.New("abc/def+ghi")}},
		"key and two fields": {secret.New("k"), map[string]secret.String{"a": secret.New("1"), "b": secret.New("2")}},
		"text that is no UTF-8 or needs escaping": {
			Key:    secret.New("\xff\xfe\x00<&>\u2028\""),
			Fields: map[string]secret.String{"json": secret.New("{\"private_key\":\"-----BEGIN\\n\"}")},
		},
	}
	for name, c := range tests {
		t.Run(name, func(t *testing.T) {
			sealed, id, err := v.SealCredentials(place, c)
			if err != nil || id == 0 {
				t.Fatal(id, err)
			}
			for _, f := range append([]secret.String{c.Key}, values(c.Fields)...) {
				if len(f.Reveal()) > 4 && bytes.Contains(sealed, []byte(f.Reveal())) {
					t.Error("the envelope shows a secret")
				}
			}
			got, err := v.OpenCredentials(place, sealed)
			if err != nil || got.Key.Reveal() != c.Key.Reveal() || len(got.Fields) != len(c.Fields) {
				t.Fatalf("OpenCredentials: %v", err)
			}
			for name, f := range c.Fields {
				if got.Fields[name].Reveal() != f.Reveal() {
					t.Errorf("field %s differs", name)
				}
			}
		})
	}
}

func values(m map[string]secret.String) (out []secret.String) {
	for _, v := range m {
		out = append(out, v)
	}
	return out
}

func TestCredentialsWithoutSecretsAreNotSealed(t *testing.T) {
	v := open(t, masterKey("k"), &memoryKeyring{})
	for name, c := range map[string]vault.Credentials{
		"nothing":        {},
		"no fields":      {Fields: map[string]secret.String{}},
		"an empty field": {Fields: map[string]secret.String{"a": secret.New("")}},
	} {
		t.Run(name, func(t *testing.T) {
			sealed, id, err := v.SealCredentials(place, c)
			if sealed != nil || id != 0 || err != nil {
				t.Errorf("SealCredentials = %x, %d, %v", sealed, id, err)
			}
			got, err := v.OpenCredentials(place, sealed)
			if !got.IsZero() || err != nil {
				t.Errorf("OpenCredentials: %v", err)
			}
		})
	}
}

func TestValueThatIsNoCredentialsIsRefusedWithoutShowingIt(t *testing.T) {
	v := open(t, masterKey("k"), &memoryKeyring{})
	for _, plain := range []string{"", "canary-value", `{"v":2,"key":"Y2FuYXJ5"}`, `{"v":1,"key":"canary!"}`, `{"v":1,"fields":{"a":3}}`} {
		sealed, _, err := v.Seal(place, []byte(plain))
		if err != nil {
			t.Fatal(err)
		}
		_, err = v.OpenCredentials(place, sealed)
		if !errors.Is(err, vault.ErrFormat) || strings.Contains(err.Error(), "canary") {
			t.Errorf("%q: %v", plain, err)
		}
	}
}

func TestIntegrationBindingTellsIntegrationsApart(t *testing.T) {
	base := claviger.Integration{ID: "i", OrganisationID: "o", KeyVersion: 1}
	row, org, version := base, base, base
	row.ID, org.OrganisationID, version.KeyVersion = "j", "p", 2
	for name, other := range map[string]claviger.Integration{"row": row, "organisation": org, "version": version} {
		if vault.IntegrationBinding(base) == vault.IntegrationBinding(other) {
			t.Errorf("another %s has the same binding", name)
		}
	}
	renamed := base
	renamed.Name, renamed.Slug, renamed.Version = "n", "s", 9
	if vault.IntegrationBinding(base) != vault.IntegrationBinding(renamed) {
		t.Error("renaming an integration moves its binding")
	}
}

func TestFingerprint(t *testing.T) {
	store := &memoryKeyring{}
	v, again, elsewhere := open(t, masterKey("k"), store), open(t, masterKey("k"), store), open(t, masterKey("k"), &memoryKeyring{})
	s := secret.New("sk-test-0123456789")
	got := v.Fingerprint("org", s)
	if !strings.HasPrefix(got, "fp_") || len(got) != len("fp_")+16 || got != strings.ToLower(got) {
		t.Errorf("fingerprint %q", got)
	}
	if again.Fingerprint("org", secret.New("sk-test-0123456789")) != got {
		t.Error("the same secret has another fingerprint on another node")
	}
	for name, other := range map[string]string{
		"another secret":       v.Fingerprint("org", secret.New("sk-test-0123456780")),
		"another organisation": v.Fingerprint("org2", s),
		"another installation": elsewhere.Fingerprint("org", s),
	} {
		if other == got {
			t.Errorf("%s has the same fingerprint", name)
		}
	}
	if got := v.Fingerprint("org", secret.String{}); got != "" {
		t.Errorf("fingerprint of nothing %q", got)
	}
}
