package provider_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/provider"
)

// every is a kind with a field of every type.
var every = provider.Spec{
	ID: "every", Name: "Every type",
	Auth: provider.Auth{Field: "mode", Modes: []provider.Mode{
		{Name: "open"}, {Name: "closed", Needs: []string{"key", "secret", "list"}},
	}},
	Fields: []provider.Field{
		{Name: "text", Help: "A text", Max: 5, Default: `"abc"`},
		{Name: "label", Format: provider.Label},
		{Name: "domain", Format: provider.Domain},
		{Name: "segment", Format: provider.Segment},
		{Name: "url", Format: provider.PublicURL},
		{Name: "number", Type: provider.Number},
		{Name: "flag", Type: provider.Bool, NeedsKey: true, Default: "false"},
		{Name: "list", Type: provider.List, Fields: []provider.Field{
			{Name: "a", Required: true}, {Name: "b", RequiredUnless: "c"}, {Name: "c", Type: provider.Bool},
		}},
		{Name: "object", Type: provider.Object, Secret: true, Fields: []provider.Field{{Name: "a", Required: true}}},
		{Name: "secret", Secret: true},
	},
	Check: func(s provider.Settings) (p claviger.Problems) {
		if s.Text("text") == "never" {
			p.Add("configurations.text", "must not be never")
		}
		return p
	},
}

func settings(t testing.TB, spec provider.Spec, configurations string) provider.Settings {
	t.Helper()
	var in map[string]json.RawMessage
	if err := json.Unmarshal([]byte(configurations), &in); err != nil {
		t.Fatal(err)
	}
	var s provider.Settings
	s.Plain, s.Secret = spec.Split(in)
	return s
}

func TestValidateByType(t *testing.T) {
	tests := map[string]struct {
		configurations string
		broken         []string
	}{
		"a value of every type": {`{"mode":"open","text":"abcde","label":"a-1","domain":"a_b.c","segment":"v1.2~x:y","url":"https://a.example.com",
			"number":1.5,"list":[{"a":"x","c":true},{"a":"x","b":"y","d":"left out"}],"object":{"a":"x","b":{}},"secret":"s"}`, nil},
		"nulls and empty texts": {`{"mode":"open","text":null,"label":"","domain":"","segment":"","url":"","number":null,"flag":null,"list":null,"object":null,"secret":""}`, nil},
		"another type each": {`{"mode":7,"text":7,"label":[],"number":"CANARY","flag":"true","list":{"a":"CANARY"},"object":["CANARY"],"secret":{"CANARY":1}}`, []string{
			"mode: must be a string", "text: must be a string", "label: must be a string", "number: must be a number",
			"flag: must be true or false", "list: must be a list of objects", "object: must be a JSON object", "secret: must be a string"}},
		"values out of their format": {`{"mode":"open","text":"abcdef","label":"a.CANARY","domain":"CANARY-.a","segment":".CANARY","url":"https://a.example.com/?CANARY"}`, []string{
			"text: must be at most 5 bytes", "label: must be letters, digits and inner hyphens, at most 63",
			"domain: must be parts of letters, digits, hyphens and underscores, joined by dots",
			"segment: must begin with a letter or digit and hold only those and - _ . ~ :", "url: must not hold ?"}},
		"what the mode needs": {`{"mode":"closed"}`, []string{"key: is required when mode is closed",
			"list: is required when mode is closed", "secret: is required when mode is closed"}},
		"a flag that needs a key": {`{"mode":"open","flag":true}`, []string{"key: is required when flag is true"}},
		"members":                 {`{"mode":"open","list":[{"b":7},null,{"a":""}],"object":{}}`, []string{"list[0].a: is required", "list[0].b: must be a string", "list[1]: must be an object", "list[2].a: is required", "list[2].b: is required unless c is true", "object.a: is required"}},
		"what the check finds":    {`{"mode":"open","text":"never"}`, []string{"text: must not be never"}},
		"too many items":          {`{"mode":"open","list":[` + strings.Repeat(`{"a":"x","b":"y"},`, 256) + `{}]}`, []string{"list: must hold at most 256 objects"}},
		"a document without end":  {`{"mode":"open","object":{"a":"` + strings.Repeat("x", 70000) + `"}}`, []string{"object: must be at most 65536 bytes"}},
		"a secret without end":    {`{"mode":"open","secret":"` + strings.Repeat("x", 70000) + `"}`, []string{"secret: must be at most 65536 bytes"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, p := range every.Validate(settings(t, every, tt.configurations)) {
				got = append(got, strings.TrimPrefix(p.Path, "configurations.")+": "+p.Message)
			}
			if diff := cmp.Diff(tt.broken, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestSplitLeavesOutWhatAListDoesNotDeclare(t *testing.T) {
	s := settings(t, every, `{"list":[{"a":"x","token":"CANARY","b":null},{}]}`)
	if got := string(s.Plain["list"]); got != `[{"a":"x"},{}]` {
		t.Errorf("kept %s", got)
	}
	shown := every.Masked(map[string]json.RawMessage{"list": json.RawMessage(`[{"token":"CANARY"}]`)}, nil)
	if got := string(shown["list"]); got != `[{}]` {
		t.Errorf("showed %s", got)
	}
}

func TestMode(t *testing.T) {
	for name, tt := range map[string]struct{ configurations, want string }{
		"the one named":       {`{"mode":"closed"}`, "closed"},
		"one that is not":     {`{"mode":"other"}`, ""},
		"none":                {`{}`, ""},
		"a mode of no string": {`{"mode":[]}`, ""},
	} {
		if got := every.Mode(settings(t, every, tt.configurations)).Name; got != tt.want {
			t.Errorf("%s: %q", name, got)
		}
	}
	if got := (provider.Spec{}).Mode(provider.Settings{}).Name; got != "" {
		t.Errorf("a kind without modes has %q", got)
	}
}

func TestJSONSchema(t *testing.T) {
	got, err := json.Marshal(every.JSONSchema())
	if err != nil {
		t.Fatal(err)
	}
	want := `{"type":"object","title":"Every type","description":"Configurations of the ai_provider_id every.","properties":{
		"mode":{"type":["string","null"],"enum":["open","closed",null],"description":"Required."},
		"text":{"type":["string","null"],"maxLength":5,"default":"abc","description":"A text."},
		"label":{"type":["string","null"]},"domain":{"type":["string","null"]},"segment":{"type":["string","null"]},
		"url":{"type":["string","null"],"format":"uri"},
		"number":{"type":["number","null"]},
		"flag":{"type":["boolean","null"],"default":false},
		"list":{"type":["array","null"],"maxItems":256,"description":"Required when mode is closed.","items":{"type":"object","required":["a"],"properties":{
			"a":{"type":["string","null"],"description":"Required."},
			"b":{"type":["string","null"],"description":"Required unless c is true."},
			"c":{"type":["boolean","null"]}}}},
		"object":{"type":["object","string","null"],"writeOnly":true,"properties":{"a":{"type":["string","null"],"description":"Required."}}},
		"masked_object":{"type":"string","readOnly":true,"description":"What may be shown of object."},
		"secret":{"type":["string","null"],"writeOnly":true,"description":"Required when mode is closed."},
		"masked_secret":{"type":"string","readOnly":true,"description":"What may be shown of secret."},
		"custom_host":{"type":["string","null"],"format":"uri","description":"Base URL to call in place of the kind's own."},
		"custom_headers":{"type":["object","null"],"additionalProperties":{"type":"string"},"writeOnly":true,"description":"Headers to send with every request; they replace the kind's own of the same name."},
		"masked_custom_headers":{"type":"object","additionalProperties":{"type":"string"},"readOnly":true,"description":"What may be shown of custom_headers."}}}`
	var a, b any
	if err := json.Unmarshal([]byte(want), &a); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(got, &b); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(a, b); diff != "" {
		t.Error(diff)
	}
}

// FuzzSpec holds configurations of any shape against a kind with every type:
// nothing panics, what is accepted is stable, and nothing that is not declared
// plain is shown.
func FuzzSpec(f *testing.F) {
	f.Add([]byte(`{"mode":"open","list":[{"a":"x","c":true}],"object":"{\"a\":1}","custom_headers":{"X-A":"b"},"custom_host":"https://a.example.com"}`))
	f.Add([]byte(`{"mode":"closed","list":[null,7,{"a":[]}],"object":[],"number":1e999,"label":"\u0000"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		var in map[string]json.RawMessage
		if json.Unmarshal(data, &in) != nil {
			return
		}
		var s provider.Settings
		s.Plain, s.Secret = every.Split(in)
		problems := every.Validate(s)
		shown := every.Masked(s.Plain, s.Secret)
		for name := range s.Secret {
			if _, ok := shown[name]; ok && !strings.HasPrefix(name, "masked_") {
				t.Errorf("%s is shown", name)
			}
		}
		again := provider.Settings{Secret: s.Secret}
		again.Plain, _ = every.Split(s.Plain)
		if len(every.Validate(again)) != len(problems) {
			t.Error("what was stored is judged otherwise")
		}
	})
}
