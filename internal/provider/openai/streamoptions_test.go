package openai

import (
	"bytes"
	"encoding/json"
	"testing"
)

func TestWithoutStreamOptions(t *testing.T) {
	tests := map[string]struct{ in, want string }{
		"the only member":      {`{"stream_options":{"include_usage":true}}`, `{}`},
		"the first of two":     {`{ "stream_options" : {"a":[1,{}]} , "b":1.50}`, `{ "b":1.50}`},
		"the last of two":      {`{"b":1.50, "stream_options":null }`, `{"b":1.50 }`},
		"one in the middle":    {`{"a":1,"stream_options":{},"c":2}`, `{"a":1,"c":2}`},
		"written with escapes": {`{"a":1,"stream\u005foptions":{}}`, `{"a":1,"stream\u005foptions":{}}`},
		"inside another":       {`{"a":{"stream_options":1}}`, `{"a":{"stream_options":1}}`},
		"not there":            {`{"a":1}`, `{"a":1}`},
		"not an object":        {`["stream_options"]`, `["stream_options"]`},
		"cut short":            {`{"stream_options":`, `{"stream_options":`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			in := []byte(tt.in)
			if got := string(withoutStreamOptions(in)); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
			if string(in) != tt.in {
				t.Error("the body was written to")
			}
		})
	}
}

func FuzzWithoutStreamOptions(f *testing.F) {
	f.Add([]byte(`{ "stream_options" : {"a":[1,{}]} , "b":1.50}`))
	f.Add([]byte(`{"b":1, "stream_options":null }`))
	f.Fuzz(func(t *testing.T, body []byte) {
		out := withoutStreamOptions(body)
		var in, got map[string]json.RawMessage
		if json.Unmarshal(body, &in) != nil || bytes.Contains(body, []byte(`\`)) {
			return
		}
		if err := json.Unmarshal(out, &got); err != nil {
			t.Fatalf("%s became %s: %v", body, out, err)
		}
	})
}
