package vault_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"sync"
	"testing"

	"github.com/claviger/claviger/internal/vault"
)

var place = vault.Binding{Organisation: "org", Row: "row", Field: "credentials", Version: 7}

func TestSealedValueOpensOnlyInItsPlace(t *testing.T) {
	v := open(t, masterKey("k"), &memoryKeyring{})
	sealed, _, err := v.Seal(place, []byte("a secret value"))
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		at   vault.Binding
		want error
	}{
		"its place":                        {place, nil},
		"another organisation":             {vault.Binding{Organisation: "orh", Row: "row", Field: "credentials", Version: 7}, vault.ErrTampered},
		"another row":                      {vault.Binding{Organisation: "org", Row: "row2", Field: "credentials", Version: 7}, vault.ErrTampered},
		"another field":                    {vault.Binding{Organisation: "org", Row: "row", Field: "other", Version: 7}, vault.ErrTampered},
		"another version":                  {vault.Binding{Organisation: "org", Row: "row", Field: "credentials", Version: 8}, vault.ErrTampered},
		"a border moved between its names": {vault.Binding{Organisation: "orgr", Row: "ow", Field: "credentials", Version: 7}, vault.ErrTampered},
		"no place":                         {vault.Binding{}, vault.ErrTampered},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := v.Open(tt.at, sealed)
			if !errors.Is(err, tt.want) || (err == nil) != (string(got) == "a secret value") {
				t.Errorf("Open = %q, %v; want %v", got, err, tt.want)
			}
		})
	}
}

func TestEveryChangeOfAnEnvelopeIsRefused(t *testing.T) {
	v := open(t, masterKey("k"), &memoryKeyring{})
	for _, value := range []string{"", "x", "a longer secret value"} {
		sealed, _, err := v.Seal(place, []byte(value))
		if err != nil {
			t.Fatal(err)
		}
		refused := func(what string, at int, changed []byte) {
			if got, err := v.Open(place, changed); err == nil || got != nil {
				t.Errorf("%s at %d opens as %q", what, at, got)
			} else if !errors.Is(err, vault.ErrFormat) && !errors.Is(err, vault.ErrTampered) && !errors.Is(err, vault.ErrUnknownKey) {
				t.Errorf("%s at %d: %v", what, at, err)
			}
		}
		for i := range sealed {
			refused("cut", i, sealed[:i])
			for bit := range 8 {
				changed := bytes.Clone(sealed)
				changed[i] ^= 1 << bit
				refused("bit flip", i, changed)
			}
		}
		refused("a byte more", len(sealed), append(bytes.Clone(sealed), 0))
		refused("twice", len(sealed), append(bytes.Clone(sealed), sealed...))
	}
}

func TestAnotherInstallationsEnvelopeIsRefused(t *testing.T) {
	one, two := open(t, masterKey("k"), &memoryKeyring{}), open(t, masterKey("k"), &memoryKeyring{})
	sealed, _, err := one.Seal(place, []byte("value"))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := two.Open(place, sealed); !errors.Is(err, vault.ErrUnknownKey) {
		t.Errorf("Open = %q, %v", got, err)
	}
}

func TestSealingTwiceSharesNothing(t *testing.T) {
	v := open(t, masterKey("k"), &memoryKeyring{})
	a, _, _ := v.Seal(place, []byte("value"))
	b, _, _ := v.Seal(place, []byte("value"))
	for i := 5; i+8 <= len(a); i += 8 { // after version and key id
		if bytes.Equal(a[i:i+8], b[i:i+8]) {
			t.Errorf("two envelopes of one value agree at %d", i)
		}
	}
}

// TestGolden reads values that were sealed when the formats were decided. If it
// fails, stored credentials do not open any more: mend the code, not the file.
func TestGolden(t *testing.T) {
	raw, err := os.ReadFile("testdata/golden_v1.json")
	if err != nil {
		t.Fatal(err)
	}
	var golden struct {
		MasterKey   string          `json:"master_key"`
		Keyring     json.RawMessage `json:"keyring"`
		Binding     vault.Binding   `json:"binding"`
		Value       string          `json:"value"`
		Sealed      string          `json:"sealed"`
		SealedEmpty string          `json:"sealed_empty"`
		Credentials string          `json:"sealed_credentials"`
		Key         string          `json:"key"`
		Field       string          `json:"aws_secret_access_key"`
		Fingerprint string          `json:"fingerprint"`
		RootKeyID   uint32          `json:"root_key_id"`
	}
	if err := json.Unmarshal(raw, &golden); err != nil {
		t.Fatal(err)
	}
	unhex := func(s string) []byte {
		b, err := hex.DecodeString(s)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	v := open(t, unhex(golden.MasterKey), &memoryKeyring{blob: golden.Keyring})
	if got, err := v.Open(golden.Binding, unhex(golden.Sealed)); err != nil || string(got) != golden.Value {
		t.Errorf("value: %q, %v", got, err)
	}
	if got, err := v.Open(golden.Binding, unhex(golden.SealedEmpty)); err != nil || len(got) != 0 {
		t.Errorf("empty value: %q, %v", got, err)
	}
	c, err := v.OpenCredentials(golden.Binding, unhex(golden.Credentials))
	if err != nil || c.Key.Reveal() != golden.Key || c.Fields["aws_secret_access_key"].Reveal() != golden.Field {
		t.Errorf("credentials: %v", err)
	}
	if got := v.Fingerprint("2a0b1f0e-6f1f-4f3a-9d53-0a7f5a1c9a01", c.Key); got != golden.Fingerprint {
		t.Errorf("fingerprint %q, want %q", got, golden.Fingerprint)
	}
	if _, id, _ := v.Seal(golden.Binding, nil); id != golden.RootKeyID {
		t.Errorf("root key id %d, want %d", id, golden.RootKeyID)
	}
}

func TestManyGoroutinesShareAVault(t *testing.T) {
	v := open(t, masterKey("k"), &memoryKeyring{})
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			b := place
			b.Version = int64(i)
			for range 50 {
				sealed, _, err := v.Seal(b, []byte{byte(i)})
				if err != nil {
					t.Error(err)
					return
				}
				if got, err := v.Open(b, sealed); err != nil || got[0] != byte(i) {
					t.Errorf("Open = %v, %v", got, err)
				}
			}
		})
	}
	wg.Wait()
}

func FuzzOpen(f *testing.F) {
	v := open(f, masterKey("k"), &memoryKeyring{})
	sealed, _, err := v.Seal(place, []byte("value"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(sealed)
	f.Add(sealed[:92])
	f.Add([]byte{1})
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := v.Open(place, b)
		if err == nil && !bytes.Equal(b, sealed) {
			t.Errorf("forged: %x opens as %q", b, got)
		}
		if _, err := v.OpenCredentials(place, b); err == nil && len(b) > 0 {
			t.Errorf("forged credentials: %x", b)
		}
	})
}

func BenchmarkSeal(b *testing.B) {
	v := open(b, masterKey("k"), &memoryKeyring{})
	value := make([]byte, 200)
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := v.Seal(place, value); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkOpen(b *testing.B) {
	v := open(b, masterKey("k"), &memoryKeyring{})
	sealed, _, err := v.Seal(place, make([]byte, 200))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := v.Open(place, sealed); err != nil {
			b.Fatal(err)
		}
	}
}
