package vault

import (
	"encoding/json"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/secret"
)

// Credentials are what is secret in an integration or one of its models: the provider's key and
// whatever configuration fields its kind declares sensitive, by wire name. The
// zero value holds nothing.
type Credentials struct {
	Key    secret.String
	Fields map[string]secret.String
}

// IsZero reports whether there is no secret at all; empty fields do not count.
func (c Credentials) IsZero() bool {
	for _, f := range c.Fields {
		if !f.IsZero() {
			return false
		}
	}
	return c.Key.IsZero()
}

const credentialsVersion = 1

// credentialsJSON is what the envelope holds. The secrets are bytes (base64 in
// JSON), because JSON text would quietly replace what is no UTF-8.
type credentialsJSON struct {
	Version int               `json:"v"`
	Key     []byte            `json:"key,omitempty"`
	Fields  map[string][]byte `json:"fields,omitempty"`
}

// IntegrationBinding is the place of an integration's credentials. Whoever
// changes them raises KeyVersion first.
func IntegrationBinding(i claviger.Integration) Binding {
	return Binding{
		Organisation: string(i.OrganisationID),
		Row:          string(i.ID),
		Field:        "credentials",
		Version:      i.KeyVersion,
	}
}

// ModelBinding is the place of what is secret in a model's own settings.
// Whoever changes it raises KeyVersion first.
func ModelBinding(m claviger.Model) Binding {
	return Binding{Organisation: string(m.OrganisationID), Row: string(m.ID), Field: "model_credentials", Version: m.KeyVersion}
}

// ReferenceBinding is the place of what is secret in a secret reference: how to
// authenticate to its manager. Whoever changes it raises KeyVersion first.
func ReferenceBinding(r claviger.SecretReference) Binding {
	return Binding{
		Organisation: string(r.OrganisationID),
		Row:          string(r.ID),
		Field:        "auth_config",
		Version:      r.KeyVersion,
	}
}

// SealCredentials seals c for the place b. Credentials without any secret seal
// to nil under root key 0. Empty fields are left out.
func (v *Vault) SealCredentials(b Binding, c Credentials) (sealed []byte, rootKeyID uint32, err error) {
	if c.IsZero() {
		return nil, 0, nil
	}
	j := credentialsJSON{Version: credentialsVersion, Key: []byte(c.Key.Reveal()), Fields: map[string][]byte{}}
	for name, f := range c.Fields {
		if !f.IsZero() {
			j.Fields[name] = []byte(f.Reveal())
		}
	}
	plaintext, err := json.Marshal(j)
	if err != nil {
		return nil, 0, err
	}
	defer clear(plaintext)
	return v.Seal(b, plaintext)
}

// OpenCredentials opens what SealCredentials made; nil opens to none. Errors
// are those of [Vault.Open].
func (v *Vault) OpenCredentials(b Binding, sealed []byte) (Credentials, error) {
	if len(sealed) == 0 {
		return Credentials{}, nil
	}
	plaintext, err := v.Open(b, sealed)
	if err != nil {
		return Credentials{}, err
	}
	defer clear(plaintext)
	var j credentialsJSON
	// The decoder's own error could quote what it read.
	if json.Unmarshal(plaintext, &j) != nil || j.Version != credentialsVersion {
		return Credentials{}, ErrFormat
	}
	c := Credentials{Key: secret.New(string(j.Key))}
	if len(j.Fields) > 0 {
		c.Fields = make(map[string]secret.String, len(j.Fields))
	}
	for name, f := range j.Fields {
		c.Fields[name] = secret.New(string(f))
	}
	return c, nil
}
