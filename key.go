package claviger

import (
	"crypto/rand"
	"crypto/sha256"
	"hash/crc32"
	"math/big"
	"strings"

	"github.com/claviger/claviger/internal/secret"
)

// The form of a key this product mints: "clv_", a letter for the kind, "_", 256
// random bits and their CRC-32, both in base 62 and of fixed length. Scanners
// recognise it, and a mistyped one is told from a revoked one.
const (
	keyPrefix    = "clv_"
	keyDigits    = 43 // of 256 bits in base 62
	keyCheck     = 6  // of 32 bits in base 62
	keyLength    = len(keyPrefix) + 2 + keyDigits + keyCheck
	base62       = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	organisation = 'o'
	service      = 's'
	user         = 'u'
)

// NewKey mints an API key of a kind. Only its hash is ever stored.
func NewKey(t KeyType, sub KeySubType) secret.String {
	kind := byte(service)
	switch {
	case t == OrganisationKey:
		kind = organisation
	case sub == UserKey:
		kind = user
	}
	var random [32]byte
	rand.Read(random[:])
	body := keyPrefix + string(kind) + "_" + inBase62(random[:], keyDigits)
	return secret.New(body + checksum(body))
}

// HashKey is what is stored and looked up of a key.
func HashKey(key string) KeyHash { return sha256.Sum256([]byte(key)) }

// WellFormed reports whether key has the form of one that [NewKey] made. Keys
// that an operator chose have not, so it tells mistyped keys apart and is no
// reason to refuse one.
func WellFormed(key string) bool {
	if len(key) != keyLength || !strings.HasPrefix(key, keyPrefix) {
		return false
	}
	kind := key[len(keyPrefix)]
	if kind != organisation && kind != service && kind != user {
		return false
	}
	split := len(key) - keyCheck
	return checksum(key[:split]) == key[split:]
}

func checksum(body string) string {
	sum := crc32.ChecksumIEEE([]byte(body))
	return inBase62([]byte{byte(sum >> 24), byte(sum >> 16), byte(sum >> 8), byte(sum)}, keyCheck)
}

// inBase62 writes b as a number of exactly n digits.
func inBase62(b []byte, n int) string {
	value, base, digit := new(big.Int).SetBytes(b), big.NewInt(int64(len(base62))), new(big.Int)
	out := make([]byte, n)
	for i := n - 1; i >= 0; i-- {
		value.DivMod(value, base, digit)
		out[i] = base62[digit.Int64()]
	}
	return string(out)
}
