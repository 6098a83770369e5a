// Package vault seals what must be secret before it is stored and opens it
// again. It knows nothing of databases beyond one blob, the keyring.
//
// # Keys
//
// The master key (KEK, 32 bytes, kept outside the store) seals the keyring. The
// keyring holds the root keyset, a Tink keyset of AES-256-GCM keys of which one
// is primary, and the fingerprint key. The primary root key seals a fresh data
// key (DEK, 32 bytes) for every value; the data key seals the value. So a new
// master key rewrites one blob, and a new root key rewraps 60 bytes per value.
//
// # Envelope, version 1
//
// Values sealed once are read for as long as the product lives, so this format
// never changes; another one gets another version byte. Integers are
// big-endian, lengths in bytes:
//
//	 1  version, 0x01
//	 4  id of the root key, not zero
//	60  data key sealed by that root key: nonce 12, key 32, tag 16
//	12  nonce of the value
//	 n  value sealed by the data key, n >= 0
//	16  tag of the value
//
// Both layers are AES-256-GCM as in RFC 5116. Neither has a length field to
// disagree with: all but the value is of fixed size. The nonces are random; a
// data key seals one value only. The root key is the Tink key of that id and of
// output prefix type TINK: its ciphertext is the byte 0x01, the id, and the 60
// bytes above.
//
// The associated data of both layers ties an envelope to its place, so that it
// does not open for another organisation, row, field or version. It is the
// concatenation of five strings, each preceded by its length as 4 bytes:
//
//	label         "claviger envelope v1 key" for the data key,
//	              "claviger envelope v1 value" for the value
//	organisation  id
//	row           id
//	field         name
//	version       8 bytes
//
// The value's associated data leaves the root key out on purpose: a data key can
// be sealed by another root key without touching the value.
//
// # Keyring, version 1
//
// A JSON object; bytes are standard base64. Its two sealed members are a 12-byte
// nonce, AES-256-GCM ciphertext under the master key, and a 16-byte tag.
//
//	version          1
//	kek_id           HKDF-SHA256(master key, no salt, "claviger keyring v1 kek id"), 16 bytes:
//	                 tells a wrong master key from a damaged keyring
//	root_keyset      Tink EncryptedKeyset; associated data "claviger keyring v1 root keyset"
//	fingerprint_key  32 bytes, sealed; associated data "claviger keyring v1 fingerprint key"
package vault
