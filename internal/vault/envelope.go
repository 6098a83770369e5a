package vault

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"
	"fmt"
)

// The envelope, version 1. These values are part of the format.
const (
	envelopeVersion = 1
	keyLabel        = "claviger envelope v1 key"
	valueLabel      = "claviger envelope v1 value"

	dekSize     = 32
	nonceSize   = 12
	tagSize     = 16
	wrappedSize = nonceSize + dekSize + tagSize
	headerSize  = 1 + 4
	minSize     = headerSize + wrappedSize + nonceSize + tagSize

	// tinkPrefix starts every ciphertext of a Tink key, before the key's id.
	tinkPrefix = 1
)

// Binding is the place a sealed value belongs to. A value sealed for one
// binding opens for no other.
type Binding struct {
	Organisation string
	Row          string // id of the row
	Field        string // which value of the row
	Version      int64  // of the value
}

func (b Binding) associatedData(label string) []byte {
	out := make([]byte, 0, 5*4+len(label)+len(b.Organisation)+len(b.Row)+len(b.Field)+8)
	for _, s := range [...]string{label, b.Organisation, b.Row, b.Field} {
		out = binary.BigEndian.AppendUint32(out, uint32(len(s)))
		out = append(out, s...)
	}
	out = binary.BigEndian.AppendUint32(out, 8)
	return binary.BigEndian.AppendUint64(out, uint64(b.Version))
}

// Seal encrypts plaintext for the place b under a fresh data key, and returns
// the envelope and the id of the root key it depends on. plaintext may be empty.
func (v *Vault) Seal(b Binding, plaintext []byte) (sealed []byte, rootKeyID uint32, err error) {
	dek := make([]byte, dekSize)
	defer clear(dek)
	rand.Read(dek)
	wrapped, err := v.root.Encrypt(dek, b.associatedData(keyLabel))
	if err != nil {
		return nil, 0, fmt.Errorf("seal data key: %w", err)
	}
	if len(wrapped) != headerSize+wrappedSize || wrapped[0] != tinkPrefix {
		return nil, 0, fmt.Errorf("seal data key: %w", ErrKeyring)
	}
	gcm, err := valueCipher(dek)
	if err != nil {
		return nil, 0, err
	}
	sealed = make([]byte, 0, minSize+len(plaintext))
	sealed = append(sealed, envelopeVersion)
	sealed = append(sealed, wrapped[1:]...) // root key id, wrapped data key
	nonce := sealed[len(sealed) : len(sealed)+nonceSize]
	rand.Read(nonce)
	sealed = sealed[:len(sealed)+nonceSize]
	sealed = gcm.Seal(sealed, nonce, plaintext, b.associatedData(valueLabel))
	return sealed, v.primary, nil
}

// Open decrypts what Seal made for the same place. The error is ErrFormat,
// ErrUnknownKey or ErrTampered, and says nothing of the content.
func (v *Vault) Open(b Binding, sealed []byte) ([]byte, error) {
	if len(sealed) < minSize || sealed[0] != envelopeVersion {
		return nil, ErrFormat
	}
	if _, ok := v.known[binary.BigEndian.Uint32(sealed[1:])]; !ok {
		return nil, ErrUnknownKey
	}
	var wrapped [headerSize + wrappedSize]byte
	copy(wrapped[:], sealed)
	wrapped[0] = tinkPrefix
	dek, err := v.root.Decrypt(wrapped[:], b.associatedData(keyLabel))
	if err != nil || len(dek) != dekSize {
		return nil, ErrTampered
	}
	defer clear(dek)
	gcm, err := valueCipher(dek)
	if err != nil {
		return nil, err
	}
	rest := sealed[len(wrapped):]
	plaintext, err := gcm.Open(nil, rest[:nonceSize], rest[nonceSize:], b.associatedData(valueLabel))
	if err != nil {
		return nil, ErrTampered
	}
	return plaintext, nil
}

func valueCipher(dek []byte) (cipher.AEAD, error) {
	block, err := aes.NewCipher(dek)
	if err != nil {
		return nil, fmt.Errorf("data key: %w", err)
	}
	gcm, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("data key: %w", err)
	}
	return gcm, nil
}
