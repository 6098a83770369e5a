package vault

import (
	"bytes"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"fmt"

	"github.com/tink-crypto/tink-go/v2/aead"
	aeadsubtle "github.com/tink-crypto/tink-go/v2/aead/subtle"
	"github.com/tink-crypto/tink-go/v2/keyset"
)

const (
	keyringVersion   = 1
	kekIDInfo        = "claviger keyring v1 kek id"
	rootLabel        = "claviger keyring v1 root keyset"
	fingerprintLabel = "claviger keyring v1 fingerprint key"
	fingerprintSize  = 32
)

// keyring is what the blob holds, opened.
type keyring struct {
	root        *keyset.Handle
	fingerprint []byte
}

// keyringBlob is the stored form; see the package documentation.
type keyringBlob struct {
	Version        int    `json:"version"`
	KEKID          []byte `json:"kek_id"`
	RootKeyset     []byte `json:"root_keyset"`
	FingerprintKey []byte `json:"fingerprint_key"`
}

func newKeyring(kek []byte) ([]byte, error) {
	root, err := keyset.NewHandle(aead.AES256GCMKeyTemplate())
	if err != nil {
		return nil, err
	}
	fp := make([]byte, fingerprintSize)
	rand.Read(fp)
	return sealKeyring(kek, keyring{root, fp})
}

func sealKeyring(kek []byte, k keyring) ([]byte, error) {
	seal, err := aeadsubtle.NewAESGCM(kek)
	if err != nil {
		return nil, err
	}
	b := keyringBlob{Version: keyringVersion}
	if b.KEKID, err = kekID(kek); err != nil {
		return nil, err
	}
	var root bytes.Buffer
	if err := k.root.WriteWithAssociatedData(keyset.NewBinaryWriter(&root), seal, []byte(rootLabel)); err != nil {
		return nil, err
	}
	b.RootKeyset = root.Bytes()
	if b.FingerprintKey, err = seal.Encrypt(k.fingerprint, []byte(fingerprintLabel)); err != nil {
		return nil, err
	}
	return json.Marshal(b)
}

func openKeyring(kek, blob []byte) (keyring, error) {
	var b keyringBlob
	if err := json.Unmarshal(blob, &b); err != nil {
		return keyring{}, fmt.Errorf("%w: not a JSON object of its shape", ErrKeyring)
	}
	if b.Version != keyringVersion {
		return keyring{}, fmt.Errorf("%w: version %d, this program reads version %d", ErrKeyring, b.Version, keyringVersion)
	}
	id, err := kekID(kek)
	if err != nil {
		return keyring{}, err
	}
	if subtle.ConstantTimeCompare(id, b.KEKID) != 1 {
		return keyring{}, ErrWrongMasterKey
	}
	open, err := aeadsubtle.NewAESGCM(kek)
	if err != nil {
		return keyring{}, err
	}
	root, err := keyset.ReadWithAssociatedData(
		keyset.NewBinaryReader(bytes.NewReader(b.RootKeyset)), open, []byte(rootLabel))
	if err != nil {
		return keyring{}, fmt.Errorf("%w: the root keyset does not open", ErrKeyring)
	}
	fp, err := open.Decrypt(b.FingerprintKey, []byte(fingerprintLabel))
	if err != nil || len(fp) != fingerprintSize {
		return keyring{}, fmt.Errorf("%w: the fingerprint key does not open", ErrKeyring)
	}
	return keyring{root, fp}, nil
}

// kekID names a master key without helping to find it.
func kekID(kek []byte) ([]byte, error) { return hkdf.Key(sha256.New, kek, nil, kekIDInfo, 16) }
