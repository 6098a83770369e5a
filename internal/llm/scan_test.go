package llm

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	claviger "github.com/claviger/claviger"
)

func TestScanReads(t *testing.T) {
	tests := map[string]struct {
		body string
		want Request // without Body, spans and Input
	}{
		"an empty object":              {`{}`, Request{Choices: 1}},
		"a model":                      {`{"model":"gpt-4o"}`, Request{Model: "gpt-4o", Choices: 1}},
		"a model with escapes":         {`{"model":"a\u002fb"}`, Request{Model: "a/b", Choices: 1}},
		"a name with escapes":          {`{"mod\u0065l":"a"}`, Request{Model: "a", Choices: 1}},
		"a stream":                     {`{"stream":true}`, Request{Stream: true, Choices: 1}},
		"no stream":                    {`{"stream":false}`, Request{Choices: 1}},
		"nulls":                        {`{"stream":null,"stream_options":null,"max_tokens":null,"n":null}`, Request{Choices: 1}},
		"usage asked for":              {` { "stream" : true , "stream_options" : { "x":1, "include_usage" : true } } `, Request{Stream: true, IncludeUsage: true, Choices: 1}},
		"usage declined":               {`{"stream_options":{"include_usage":false}}`, Request{Choices: 1}},
		"include_usage elsewhere":      {`{"include_usage":true,"metadata":{"include_usage":1}}`, Request{Choices: 1}},
		"the larger limit":             {`{"max_tokens":10,"max_completion_tokens":20}`, Request{MaxOutput: 20, MaxTokensSaid: true, Choices: 1}},
		"another limit alone":          {`{"max_tokens":null,"max_completion_tokens":20}`, Request{MaxOutput: 20, Choices: 1}},
		"whole numbers written oddly":  {`{"max_tokens":1e3,"n":2.0}`, Request{MaxOutput: 1000, MaxTokensSaid: true, Choices: 2}},
		"no choices count as one":      {`{"n":0}`, Request{Choices: 1}},
		"our names deeper down":        {`{"metadata":{"Model":1,"stream":"x"}}`, Request{Choices: 1}},
		"names that only begin alike":  {`{"modelss":[1],"streams":1,"N1":2}`, Request{Choices: 1}},
		"other models to try":          {`{"models":["a"]}`, Request{Models: true, Choices: 1}},
		"no other models to try":       {`{"models":null}`, Request{Choices: 1}},
		"the same name in two objects": {`{"a":{"x":1},"b":{"x":1}}`, Request{Choices: 1}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := Scan([]byte(tt.body))
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range []struct {
				at   Span
				want string
			}{{got.ModelAt, `"`}, {got.Options, `{n`}, {got.StreamAt, "tfn"}, {got.UsageAt, "tfn"}} {
				if !s.at.Absent() && !strings.ContainsRune(s.want, rune(got.Body[s.at.Start])) {
					t.Errorf("a span starts at %q", got.Body[s.at.Start:])
				}
				if !s.at.Absent() && !json.Valid(got.Body[s.at.Start:s.at.End]) {
					t.Errorf("a span holds %q", got.Body[s.at.Start:s.at.End])
				}
			}
			if want := EstimateInput([]byte(tt.body)); got.Input != want {
				t.Errorf("Input is %d, want %d", got.Input, want)
			}
			got.Body, got.Input, got.ModelAt, got.StreamAt, got.Options, got.UsageAt = nil, 0, Span{}, Span{}, Span{}, Span{}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestScanRefuses(t *testing.T) {
	tests := map[string]struct {
		body  string
		paths []string
	}{
		"nothing":                         {``, []string{"body"}},
		"space":                           {`  `, []string{"body"}},
		"an array":                        {`[]`, []string{"body"}},
		"a string":                        {`"x"`, []string{"body"}},
		"half an object":                  {`{"model":"a"`, []string{"body"}},
		"something after the object":      {`{} {}`, []string{"body"}},
		"a stray comma":                   {`{"a":1,}`, []string{"body"}},
		"a name twice":                    {`{"model":"a","model":"b"}`, []string{"model"}},
		"a name twice, once with escapes": {`{"model":"a","mod\u0065l":"b"}`, []string{"model"}},
		"a name twice in a list":          {`{"messages":[{"a":1,"a":2}]}`, []string{"messages[0].a"}},
		"invalid UTF-8":                   {"{\"a\":\"\xff\"}", []string{"a"}},
		"invalid UTF-8 in a name":         {"{\"\xff\":1}", []string{"body"}},
		"half a surrogate pair":           {`{"a":"\ud800"}`, []string{"a"}},
		"a model that is a number":        {`{"model":1}`, []string{"model"}},
		"a null model":                    {`{"model":null}`, []string{"model"}},
		"a stream that is a string":       {`{"stream":"true"}`, []string{"stream"}},
		"options that are a list":         {`{"stream_options":[]}`, []string{"stream_options"}},
		"include_usage that is a number":  {`{"stream_options":{"include_usage":1}}`, []string{"stream_options.include_usage"}},
		"a limit below 0":                 {`{"max_tokens":-1}`, []string{"max_tokens"}},
		"a limit with a fraction":         {`{"max_completion_tokens":1.5}`, []string{"max_completion_tokens"}},
		"a limit as a string":             {`{"max_tokens":"5"}`, []string{"max_tokens"}},
		"a limit out of range":            {`{"max_tokens":1e300}`, []string{"max_tokens"}},
		"an n that is true":               {`{"n":true}`, []string{"n"}},
		"a name in another case":          {`{"Model":"a"}`, []string{"model"}},
		"both cases":                      {`{"model":"a","MODEL":"b"}`, []string{"model"}},
		"another case by escape":          {`{"\u004dodel":"b"}`, []string{"model"}},
		"the long s":                      {`{"ſtream":true}`, []string{"stream"}},
		"the Kelvin sign":                 {"{\"max_to\u212Aens\":1}", []string{"max_tokens"}},
		"another case in options":         {`{"stream_options":{"Include_Usage":true}}`, []string{"stream_options.include_usage"}},
		"all problems, then bad syntax":   {`{"model":1,"stream":2,"n":-1,"x":}`, []string{"model", "stream", "n", "x"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := Scan([]byte(tt.body))
			var e *claviger.Error
			if !errors.As(err, &e) || e.Code != claviger.Invalid {
				t.Fatalf("error %v, want an Invalid one", err)
			}
			var paths []string
			for _, p := range e.Problems {
				paths = append(paths, p.Path)
			}
			if diff := cmp.Diff(tt.paths, paths); diff != "" {
				t.Errorf("%v\n%s", err, diff)
			}
		})
	}
}

func TestScanErrorsRepeatNoValue(t *testing.T) {
	for _, body := range []string{
		`{"model":{"k":"CANARY"},"stream":"CANARY","max_tokens":"CANARY","n":"CANARY","stream_options":"CANARY","x":"CANARY`,
		"{\"a\":\"CANARY\xff\"}", `"CANARY"`, `{"model":"CANARY","model":"CANARY"}`, `{"x":CANARY}`, `{} CANARY`,
	} {
		if _, err := Scan([]byte(body)); err == nil || strings.Contains(err.Error(), "CANARY") {
			t.Errorf("%s: %v", body, err)
		}
	}
}

func TestScanBoundsPaths(t *testing.T) {
	long := strings.Repeat("é", 5000)
	_, err := Scan([]byte(`{"` + long + `":1,"` + long + `":2}`))
	if err == nil || len(err.Error()) > 400 || !utf8.ValidString(err.Error()) {
		t.Errorf("%.500v", err)
	}
}

func TestEdit(t *testing.T) {
	tests := map[string]struct {
		body, model string
		usage       bool
		want        string
	}{
		"nothing to change":               {`{"model":"a"}`, "a", true, `{"model":"a"}`},
		"another model":                   {`{ "model" : "@s/a" , "x":1}`, "a", false, `{ "model" : "a" , "x":1}`},
		"a model that needs quoting":      {`{"model":"a"}`, "b\"\\\n", false, `{"model":"b\"\\\n"}`},
		"the same model, escaped":         {`{"model":"\u0061"}`, "a", false, `{"model":"\u0061"}`},
		"no model yet":                    {`{"x":1}`, "a", false, `{"model":"a","x":1}`},
		"no model in an empty object":     {`{ }`, "a", false, `{"model":"a" }`},
		"an empty model stays":            {`{"model":"a"}`, "", false, `{"model":"a"}`},
		"usage of a stream":               {`{"stream":true}`, "", true, `{"stream_options":{"include_usage":true},"stream":true}`},
		"usage and a model":               {` {"stream":true}`, "a", true, ` {"model":"a","stream_options":{"include_usage":true},"stream":true}`},
		"usage and another model":         {`{"stream":true,"model":"b"}`, "a", true, `{"stream_options":{"include_usage":true},"stream":true,"model":"a"}`},
		"no usage without a stream":       {`{"stream":false}`, "", true, `{"stream":false}`},
		"usage asked for already":         {`{"stream":true,"stream_options":{"include_usage":true}}`, "", true, `{"stream":true,"stream_options":{"include_usage":true}}`},
		"usage declined":                  {`{"stream":true,"stream_options":{"include_usage":false,"x":1}}`, "", true, `{"stream":true,"stream_options":{"include_usage":true,"x":1}}`},
		"null usage":                      {`{"stream":true,"stream_options":{"include_usage":null}}`, "", true, `{"stream":true,"stream_options":{"include_usage":true}}`},
		"options without usage":           {`{"stream":true,"stream_options":{"x":1}}`, "", true, `{"stream":true,"stream_options":{"include_usage":true,"x":1}}`},
		"empty options":                   {`{"stream":true,"stream_options":{ }}`, "", true, `{"stream":true,"stream_options":{"include_usage":true }}`},
		"null options":                    {`{"stream_options":null,"stream":true}`, "", true, `{"stream_options":{"include_usage":true},"stream":true}`},
		"options before the model":        {`{"stream":true,"stream_options":{},"model":"b"}`, "a", true, `{"stream":true,"stream_options":{"include_usage":true},"model":"a"}`},
		"options after the model":         {`{"model":"b","stream":true,"stream_options":{}}`, "a", true, `{"model":"a","stream":true,"stream_options":{"include_usage":true}}`},
		"options before an absent model":  {`{"stream":true,"stream_options":{}}`, "a", true, `{"model":"a","stream":true,"stream_options":{"include_usage":true}}`},
		"a model that is no valid UTF-8":  {`{"model":"a"}`, "b\xff", false, "{\"model\":\"b\ufffd\"}"},
		"a stream whose usage is unasked": {`{"stream":true}`, "", false, `{"stream":true}`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r, err := Scan([]byte(tt.body))
			if err != nil {
				t.Fatal(err)
			}
			if got := string(r.Edit(tt.model, tt.usage)); got != tt.want {
				t.Errorf("Edit = %s\nwant   %s", got, tt.want)
			}
			if string(r.Body) != tt.body {
				t.Errorf("the body is now %s", r.Body)
			}
		})
	}
}

// checkEdit edits a scanned body and compares it, member by member, with what it was.
func checkEdit(t interface {
	Fatalf(string, ...any)
}, r Request, model string) {
	before := string(r.Body)
	edited := r.Edit(model, true)
	if string(r.Body) != before {
		t.Fatalf("Edit wrote to the body: %q", before)
	}
	again, err := Scan(edited)
	if err != nil {
		t.Fatalf("edited %q does not scan: %v", edited, err)
	}
	wantModel := model
	if model == "" {
		wantModel = r.Model
	}
	if again.Model != wantModel || again.Stream != r.Stream || again.IncludeUsage != (r.Stream || r.IncludeUsage) ||
		again.MaxOutput != r.MaxOutput || again.Choices != r.Choices {
		t.Fatalf("edited %q scans as %+v", edited, again)
	}
	var a, b map[string]any
	if json.Unmarshal(r.Body, &a) != nil || json.Unmarshal(edited, &b) != nil {
		return // deeper than encoding/json reads
	}
	for _, m := range []map[string]any{a, b} {
		if o, ok := m["stream_options"].(map[string]any); ok {
			delete(o, "include_usage")
			if len(o) == 0 {
				delete(m, "stream_options")
			}
		} else {
			delete(m, "stream_options")
		}
		delete(m, "model")
	}
	if diff := cmp.Diff(a, b); diff != "" {
		t.Fatalf("edit of %q changed more: %s", r.Body, diff)
	}
}

func TestEditChangesNothingElse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		space := rapid.SampledFrom([]string{"", " ", "\n\t"})
		members := rapid.Permutation([]string{
			rapid.SampledFrom([]string{"", `"model":"a"`, `"model":"\u0062"`}).Draw(t, "model"),
			rapid.SampledFrom([]string{"", `"stream":true`, `"stream" : false`, `"stream":null`}).Draw(t, "stream"),
			rapid.SampledFrom([]string{"", `"stream_options":null`, `"stream_options": {}`, `"stream_options":{"include_usage":false,"a":{"model":1}}`,
				`"stream_options":{ "a":[{}] }`, `"stream_options":{"include_usage":true}`, `"stream_options":{"include_usage":null}`}).Draw(t, "options"),
			rapid.SampledFrom([]string{"", `"max_tokens":7`, `"n":3`}).Draw(t, "number"),
			rapid.SampledFrom([]string{"", `"messages":[{"content":"{\"model\":\"x\"}"}]`}).Draw(t, "messages"),
		}).Draw(t, "order")
		var kept []string
		for _, m := range members {
			if m != "" {
				kept = append(kept, space.Draw(t, "space")+m+space.Draw(t, "space"))
			}
		}
		body := space.Draw(t, "space") + "{" + strings.Join(kept, ",") + "}" + space.Draw(t, "space")
		r, err := Scan([]byte(body))
		if err != nil {
			t.Fatalf("%q: %v", body, err)
		}
		checkEdit(t, r, rapid.SampledFrom([]string{"", "a", "c/d", "\"\\\u2028"}).Draw(t, "new model"))
	})
}

func FuzzScan(f *testing.F) {
	f.Add([]byte(`{"model":"@a/b","stream":true,"stream_options":{"include_usage":false},"n":2,"max_tokens":1e2}`))
	f.Add([]byte(`{"Model":1,"a":{"b":[1,2,{"c":null}]}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		r, err := Scan(body)
		if err != nil {
			if claviger.CodeOf(err) != claviger.Invalid {
				t.Fatalf("not an Invalid error: %v", err)
			}
			return
		}
		checkEdit(t, r, "other/model")
	})
}

func BenchmarkScan(b *testing.B) {
	for _, size := range []int{1 << 10, 4 << 10, 200 << 10} {
		b.Run(strconv.Itoa(size>>10)+"KB", func(b *testing.B) {
			body := chatBody(size)
			b.ReportAllocs()
			b.SetBytes(int64(len(body)))
			for b.Loop() {
				if _, err := Scan(body); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkEdit(b *testing.B) {
	r, err := Scan(chatBody(4 << 10))
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		r.Edit("another-model", true)
	}
}

// chatBody is a chat request of about size bytes.
func chatBody(size int) []byte {
	var b strings.Builder
	b.WriteString(`{"model":"@team/gpt-4o-mini","stream":true,"temperature":0.2,"max_tokens":512,"messages":[{"role":"system","content":"You are brief."}`)
	for b.Len() < size {
		b.WriteString(`,{"role":"user","content":"Tell me about the history of the lighthouse, its keepers and the storms they saw.\nThanks."},{"role":"assistant","content":"Keepers lit lamps of oil, and wrote down each night the wind and the ships."}`)
	}
	b.WriteString(`]}`)
	return []byte(b.String())
}
