package vault

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
	"strings"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/secret"
)

var fingerprintText = base32.StdEncoding.WithPadding(base32.NoPadding)

// Fingerprint names a secret in audit entries, so that a reader sees whether it
// changed or came back, and learns nothing else: equal secrets of one
// organisation have equal fingerprints, and without the keyring nobody can try
// guesses. It is "fp_" and 16 characters; "" for the empty secret.
func (v *Vault) Fingerprint(org claviger.OrganisationID, s secret.String) string {
	if s.IsZero() {
		return ""
	}
	// A key per organisation: tenants cannot find out by their fingerprints
	// that they share a secret. HKDF fails only when asked for too much output.
	key, err := hkdf.Key(sha256.New, v.fingerprint, nil, "claviger fingerprint v1 "+string(org), sha256.Size)
	if err != nil {
		return "fp_unavailable"
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(s.Reveal()))
	return "fp_" + strings.ToLower(fingerprintText.EncodeToString(mac.Sum(nil)[:10]))
}
