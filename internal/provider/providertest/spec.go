package providertest

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/claviger/claviger/internal/provider"
	"github.com/claviger/claviger/internal/secret"
)

// SpecCase is configurations, and what a kind says of them.
type SpecCase struct {
	NoKey          bool
	Configurations string   // JSON; values to keep out of messages hold CANARY
	Mapped         []string // fields, or "key", that a secret mapping gives
	Problems       []string // "path: message"
}

// Check runs cases against what a kind declares.
func Check(t *testing.T, spec provider.Spec, cases map[string]SpecCase) {
	t.Helper()
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			s := provider.Settings{AIProvider: spec.ID, Mapped: c.Mapped}
			if !c.NoKey {
				s.Key = secret.New(canary)
			}
			s.Plain, s.Secret = spec.Split(decode(t, c.Configurations))
			var got []string
			for _, p := range spec.Validate(s) {
				got = append(got, p.Path+": "+p.Message)
			}
			if diff := cmp.Diff(c.Problems, got); diff != "" {
				t.Error(diff)
			}
			if said := strings.Join(got, "\n"); strings.Contains(said, "CANARY") || strings.Contains(said, canary) {
				t.Errorf("a value is in %s", said)
			}
		})
	}
}

// CheckMasked checks what is shown of configurations: want is that, as JSON.
func CheckMasked(t *testing.T, spec provider.Spec, configurations, want string) {
	t.Helper()
	plain, secrets := spec.Split(decode(t, configurations))
	shown, err := json.Marshal(spec.Masked(plain, secrets))
	if err != nil {
		t.Fatal(err)
	}
	sameJSON(t, "what is shown", []byte(want), shown)
	if strings.Contains(string(shown), "CANARY") {
		t.Errorf("a secret is in %s", shown)
	}
	// The schema names what is shown.
	properties, _ := spec.JSONSchema()["properties"].(map[string]any)
	for name := range spec.Masked(plain, secrets) {
		if _, ok := properties[name]; !ok && !slices.Contains([]string{"masked_undeclared"}, name) {
			t.Errorf("%s is not in the schema", name)
		}
	}
}

func decode(t *testing.T, object string) map[string]json.RawMessage {
	t.Helper()
	if object == "" {
		object = "{}"
	}
	var out map[string]json.RawMessage
	if err := json.Unmarshal([]byte(object), &out); err != nil {
		t.Fatal(err)
	}
	return out
}
