package gateway_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/claviger/claviger/internal/gateway"
	"github.com/claviger/claviger/internal/store"
)

func TestAConfigChangesTheBody(t *testing.T) {
	tests := map[string]struct{ config, body, want string }{
		"what it sets takes the place of what was sent": {`{"override_params":{"temperature":0.5,"max_tokens":9}}`,
			`{"model":"m","temperature":1,"messages":[]}`, `{"model":"m","temperature":0.5,"messages":[],"max_tokens":9}`},
		"a default stands where nothing was sent": {`{"default_params":{"temperature":0.5,"top_p":1}}`,
			`{"model":"m","top_p":null,"messages":[]}`, `{"model":"m","top_p":null,"messages":[],"temperature":0.5}`},
		"what is dropped is not sent": {`{"drop_params":["user","metadata.a","nothing","messages.x","model.x"]}`,
			`{"model":"m","user":"u","metadata":{"a":1,"b":2},"messages":[]}`, `{"model":"m","metadata":{"b":2},"messages":[]}`},
		"elements of lists are dropped by number, or in all": {`{"drop_params":["messages[0].name","messages[*].cache[*].c","tools[1]"]}`,
			`{"model":"m","messages":[{"name":"a","cache":[{"c":1,"d":2},3]},{"name":"b","cache":[{"c":1}]}],"tools":[1,2,3]}`,
			`{"model":"m","messages":[{"cache":[{"d":2},3]},{"name":"b","cache":[{}]}],"tools":[1,3]}`},
		"first defaults, then what it sets, then drops": {`{"default_params":{"a":1,"b":1},"override_params":{"b":2,"c":2},"drop_params":["c"]}`,
			`{"model":"m","messages":[]}`, `{"model":"m","messages":[],"b":2,"a":1}`},
		"names and values are the body's own": {`{"overrideParams":{"responseFormat":{"someName":[null,true]},"gone":null}}`,
			`{"model":"m"}`, `{"model":"m","responseFormat":{"someName":[null,true]},"gone":null}`},
		"a name by any spelling": {`{"override_params":{"temperature":2}}`,
			`{"model":"m","\u0074emperature":1}`, `{"model":"m","temperature":2}`},
		"a target's stand over its parent's": {`{"strategy":{"mode":"single"},"override_params":{"a":1,"b":1},"default_params":{"c":1},"drop_params":["d"],"targets":[{"provider":"@acc","override_params":{"b":2},"default_params":{"c":2},"drop_params":["e"]}]}`,
			`{"model":"m","d":1,"e":1}`, `{"model":"m","b":2,"a":1,"c":2}`},
		"an empty body": {`{"override_params":{"model":"m"}}`, `{}`, `{"model":"m"}`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var got []string
			r := newRig(t, "openai", func(w http.ResponseWriter, req *http.Request) {
				got = append(got, string(must(io.ReadAll(req.Body))))
				status := 200
				if len(got) == 1 {
					status = 500
				}
				answers(status, answer)(w, req)
			}, (&waits{}).of)
			config := `{"retry":{"attempts":1},` + tt.config[1:]
			if resp, body := r.chat(tt.body, "x-portkey-config", config); resp.StatusCode != 200 {
				t.Fatalf("%d %s", resp.StatusCode, body)
			}
			if len(got) != 2 || got[0] != tt.want || got[1] != tt.want {
				t.Errorf("the provider got %q\nwant twice     %q", got, tt.want)
			}
		})
	}
}

func TestWhatAConfigPutsInIsHeldAgainstTheRules(t *testing.T) {
	r := newRig(t, "openai", func(http.ResponseWriter, *http.Request) { t.Error("the provider was called") })
	r.stored.AllowAllModels = false
	r.update(func(tx *store.Tx) error { return tx.UpdateIntegration(r.Context(), r.stored) })
	for name, tt := range map[string]struct {
		config, body string
		status       int
		says         string
	}{
		"a stream that is none":        {`{"override_params":{"stream":"yes"}}`, ask, 400, "stream"},
		"a name in capitals":           {`{"override_params":{"Model":"x"}}`, ask, 400, "lower case"},
		"a body that is no object":     {`{"override_params":{"model":"x"}}`, `[]`, 400, "Invalid request"},
		"a body with a name twice":     {`{"drop_params":["user"]}`, `{"model":"m","user":1,"user":2}`, 400, "Invalid request"},
		"something behind the body":    {`{"drop_params":["user"]}`, `{"model":"m"}{}`, 400, "Invalid request"},
		"a model that is not let":      {`{"override_params":{"model":"@acc/not-let"}}`, ask, 412, "not allowed"},
		"a name twice in what it sets": {`{"override_params":{"a":1,"\u0061":2}}`, ask, 400, "You need to pass a valid json"},
	} {
		t.Run(name, func(t *testing.T) {
			resp, body := r.chat(tt.body, "x-portkey-config", tt.config)
			if resp.StatusCode != tt.status || !strings.Contains(body, tt.says) {
				t.Errorf("%d %s", resp.StatusCode, body)
			}
		})
	}
}

func TestALargeBodyIsChangedWithinTheMemoryForBodies(t *testing.T) {
	r := newRig(t, "openai", answers(200, answer), func(o *gateway.Options) { o.MaxBody, o.BodyMemory = 1<<20, 2<<20 })
	body := fmt.Sprintf(`{"model":"m","messages":[{"role":"user","content":%q}]}`, strings.Repeat("word ", 100_000))
	for range 5 {
		if resp, answer := r.chat(body, "x-portkey-config", `{"override_params":{"seed":1}}`); resp.StatusCode != 200 {
			t.Fatalf("%d %s", resp.StatusCode, answer)
		}
	}
}

func TestABodyOfNamesIsReadWithinTheMemoryForBodies(t *testing.T) {
	r := newRig(t, "openai", answers(200, answer), func(o *gateway.Options) { o.MaxBody, o.BodyMemory = 4<<20, 8<<20 })
	var names strings.Builder
	for i := range 9000 {
		fmt.Fprintf(&names, `,"%d":0`, i)
	}
	for name, tt := range map[string]struct {
		body   string
		status int
		says   string
	}{
		"many members":            {`{"model":"m"` + names.String() + `}`, 200, ""},
		"more members":            {`{"model":"m"` + names.String() + strings.ReplaceAll(names.String(), `,"`, `,"x`) + `}`, 400, "has more members"},
		"many in many":            {`{"model":"m","a":` + strings.Repeat(`{"a":`, 20) + "0" + strings.Repeat(names.String()+"}", 20) + `}`, 413, "too many parts"},
		"many in a list of many":  {`{"model":"m","a":[` + strings.Repeat(`{"a":0`+names.String()+`},`, 20) + `0]}`, 200, ""},
		"and small ones, as ever": {ask, 200, ""},
	} {
		t.Run(name, func(t *testing.T) {
			for range 3 { // what was held is given back
				if resp, body := r.chat(tt.body); resp.StatusCode != tt.status || !strings.Contains(body, tt.says) {
					t.Fatalf("%d %s", resp.StatusCode, body)
				}
			}
		})
	}
}

// Changing a body comes to the same as changing a map.
func TestAChangedBodyIsWhatAMapWouldBe(t *testing.T) {
	names := rapid.SampledFrom([]string{"a", "b", "c", "d\"", "e e", "ü"})
	members := rapid.MapOf(names, rapid.OneOf(
		rapid.Just(any(nil)), rapid.Map(rapid.Int32(), func(n int32) any { return float64(n) }),
		rapid.Map(rapid.String(), func(s string) any { return strings.ToValidUTF8(s, "") }), rapid.Just(any(map[string]any{"x": true})),
	))
	rapid.Check(t, func(t *rapid.T) {
		body, defaults, override := members.Draw(t, "body"), members.Draw(t, "defaults"), members.Draw(t, "override")
		drop := rapid.SliceOfDistinct(rapid.SampledFrom([]string{"a", "b", "c"}), rapid.ID[string]).Draw(t, "drop")
		text := func(v any) []byte { return must(json.Marshal(v)) }
		config := fmt.Sprintf(`{"override_params":%s,"default_params":%s,"drop_params":%s}`, text(override), text(defaults), text(append([]string{}, drop...)))
		got, err := gateway.Apply(config, text(body))
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]any{}
		maps.Copy(want, defaults)
		maps.Copy(want, body)
		maps.Copy(want, override)
		for _, name := range drop {
			delete(want, name)
		}
		var said map[string]any
		d := json.NewDecoder(bytes.NewReader(got))
		if err := d.Decode(&said); err != nil || d.More() || !reflect.DeepEqual(said, want) {
			t.Fatalf("%s\nwant %s: %v", got, text(want), err)
		}
	})
}

// FuzzDrop gives paths and bodies to what leaves members out.
func FuzzDrop(f *testing.F) {
	f.Add("messages[*].name", `{"messages":[{"name":1},2]}`)
	f.Add("a[0][1].b", `{"a":[[{"b":1},{"b":2}]]}`)
	f.Fuzz(func(t *testing.T, path, body string) {
		if !strings.HasPrefix(body, "{") || !json.Valid([]byte(body)) {
			return // bodies are scanned before they are changed
		}
		quoted := must(json.Marshal(path))
		got, err := gateway.Apply(`{"drop_params":[`+string(quoted)+`]}`, []byte(body))
		if err == nil && !json.Valid(got) {
			t.Errorf("%q without %q became %q", body, path, got)
		}
	})
}
