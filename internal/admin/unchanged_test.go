package admin

import (
	"encoding/json"
	"testing"
	"time"

	claviger "github.com/claviger/claviger"
)

func TestWhatSaysTheSameIsUnchanged(t *testing.T) {
	tests := map[string]struct {
		a, b string
		same bool
	}{
		"the same":             {`{"a":1}`, `{"a":1}`, true},
		"another order":        {`{"a":1,"b":[2]}`, `{ "b":[2], "a":1 }`, true},
		"none and null":        {``, `null`, true},
		"none and something":   {``, `{}`, false},
		"null and something":   {`[]`, `null`, false},
		"another value":        {`{"a":1}`, `{"a":2}`, false},
		"another list":         {`[1,2]`, `[2,1]`, false},
		"a field that is null": {`{"a":null}`, `{}`, false},
		"numbers beyond 2^53":  {`9007199254740993`, `9007199254740992`, false},
		"what is no JSON":      {`{`, `{`, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := alike(json.RawMessage(tt.a), json.RawMessage(tt.b)); got != tt.same {
				t.Errorf("%v", got)
			}
		})
	}
	k := claviger.APIKey{Name: "k", UsageLimits: json.RawMessage(`{"a":1,"b":2}`), Scopes: []claviger.Scope{"logs.list"}}
	again := k
	again.UsageLimits = json.RawMessage(`{"b":2,"a":1}`)
	if !unchanged(k, again) {
		t.Error("a row whose JSON has another order")
	}
	for name, change := range map[string]func(*claviger.APIKey){
		"hash":   func(k *claviger.APIKey) { k.Hash[0] = 1 },
		"time":   func(k *claviger.APIKey) { k.ExpiresAt = time.Unix(1, 1000) },
		"scopes": func(k *claviger.APIKey) { k.Scopes = nil },
		"limit":  func(k *claviger.APIKey) { k.UsageLimits = nil },
	} {
		other := k
		change(&other)
		if unchanged(k, other) {
			t.Errorf("another %s is no change", name)
		}
	}
}
