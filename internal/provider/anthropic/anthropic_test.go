package anthropic

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/llm"
	"github.com/claviger/claviger/internal/provider"
	"github.com/claviger/claviger/internal/secret"
	"github.com/claviger/claviger/internal/sse"
)

func open(t testing.TB) *account {
	t.Helper()
	a, err := Adapter{}.Compile(provider.Settings{Key: secret.New("sk-ant-test")})
	if err != nil {
		t.Fatal(err)
	}
	out := a.(*account)
	out.now = func() time.Time { return time.Unix(1700000000, 0) }
	return out
}

func TestAnswersCarryTheirTime(t *testing.T) {
	d := open(t).Decode(provider.Call{})
	out, err := d.Body([]byte(`{"id":"m","content":[]}`))
	if err != nil || !bytes.Contains(out, []byte(`"created":1700000000`)) {
		t.Errorf("%s, %v", out, err)
	}
}

func TestBodyTellsRefusalsFromWhatCannotBeRead(t *testing.T) {
	for name, tt := range map[string]struct {
		body    string
		refused bool
	}{
		"an error":                   {`{"type":"error","error":{"type":"overloaded_error","message":"no"}}`, true},
		"an error of a proxy":        {`{"error":{"message":"no"}}`, true},
		"an error with null content": {`{"error":{"message":"no"},"content":null}`, true},
		"half an error":              {`{"type":"error","error":{"message":"no"}`, false},
		"text":                       {`Bad Gateway`, false},
		"another object":             {`{"id":"m"}`, false},
		"no error":                   {`{"error":null}`, false},
	} {
		t.Run(name, func(t *testing.T) {
			var fault *llm.Fault
			if _, err := open(t).Decode(provider.Call{}).Body([]byte(tt.body)); !errors.As(err, &fault) || fault.Refused != tt.refused {
				t.Errorf("%+v", fault)
			}
		})
	}
}

func TestFinishReason(t *testing.T) {
	tests := map[string]string{
		"end_turn": "stop", "stop_sequence": "stop", "pause_turn": "stop", "max_tokens": "length",
		"model_context_window_exceeded": "length", "tool_use": "tool_calls", "refusal": "content_filter",
		"": "stop", "something_new": "stop",
	}
	for reason, want := range tests {
		if got := finishReason(reason, true); got != want {
			t.Errorf("%q is %q, want %q", reason, got, want)
		}
	}
	if finishReason("end_turn", false) != "end_turn" || finishReason("", false) != "stop" {
		t.Error("without strictness the reason is not the provider's own")
	}
}

func TestUsageOfCaches(t *testing.T) {
	tests := map[string]struct {
		events []string
		want   claviger.Tokens
	}{
		"all classes":             {[]string{`{"input_tokens":1,"output_tokens":2,"cache_read_input_tokens":3,"cache_creation_input_tokens":9,"cache_creation":{"ephemeral_5m_input_tokens":4,"ephemeral_1h_input_tokens":5}}`}, tokens(1, 3, 4, 5, 2)},
		"no lifetimes":            {[]string{`{"input_tokens":1,"cache_creation_input_tokens":9}`}, tokens(1, 0, 9, 0, 0)},
		"lifetimes alone":         {[]string{`{"cache_creation":{"ephemeral_5m_input_tokens":4,"ephemeral_1h_input_tokens":5}}`}, tokens(0, 0, 4, 5, 0)},
		"lifetimes over the sum":  {[]string{`{"cache_creation_input_tokens":3,"cache_creation":{"ephemeral_1h_input_tokens":5}}`}, tokens(0, 0, 0, 3, 0)},
		"nulls and negatives":     {[]string{`{"input_tokens":null,"output_tokens":-4,"cache_creation":null}`}, tokens(0, 0, 0, 0, 0)},
		"fractions and giants":    {[]string{`{"input_tokens":2.0,"output_tokens":1e300}`}, tokens(2, 0, 0, 0, 0)},
		"later events replace":    {[]string{`{"input_tokens":7,"cache_read_input_tokens":3,"output_tokens":1}`, `{"output_tokens":20}`}, tokens(7, 3, 0, 0, 20)},
		"searches":                {[]string{`{"input_tokens":7,"server_tool_use":{"web_search_requests":1}}`, `{"output_tokens":2,"server_tool_use":{"web_search_requests":3,"web_fetch_requests":9}}`}, claviger.Tokens{Input: 7, Output: 2, WebSearches: 3}},
		"lifetimes stay":          {[]string{`{"input_tokens":7,"cache_creation_input_tokens":9,"cache_creation":{"ephemeral_1h_input_tokens":5}}`, `{"output_tokens":2,"cache_creation_input_tokens":9}`}, tokens(7, 0, 4, 5, 2)},
		"of another shape at all": {[]string{`{"input_tokens":"7"}`, `[]`, ``}, tokens(0, 0, 0, 0, 0)},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var d decoder
			for _, e := range tt.events {
				d.takeUsage([]byte(e), true)
			}
			if d.counts.tokens != tt.want {
				t.Errorf("counts %+v, want %+v", d.counts.tokens, tt.want)
			}
		})
	}
}

func TestUsageIsSaidWhenBothHalvesAre(t *testing.T) {
	start := func(usage string) string {
		return `data: {"type":"message_start","message":{"id":"m","usage":` + usage + "}}\n\n"
	}
	end := func(usage string) string {
		return `data: {"type":"message_delta","delta":{},"usage":` + usage + "}\n\n"
	}
	const text = `data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":" word"}}` + "\n\n"
	const begun = `{"input_tokens":30,"output_tokens":1}`
	tests := map[string]struct {
		frames  string
		in, out int64
		said    string // which of both
	}{
		"begun and ended":               {start(begun) + text + end(`{"output_tokens":7}`), 30, 7, "both"},
		"broken off":                    {start(begun) + text + text, 30, 3, "in"},
		"no input":                      {start(`{"output_tokens":1}`) + text + end(`{"output_tokens":7}`), 25, 7, "out"},
		"zero input":                    {start(`{"input_tokens":0}`) + text + end(`{"output_tokens":7}`), 25, 7, "out"},
		"input at the end":              {start(`{"input_tokens":0}`) + text + end(`{"input_tokens":30,"output_tokens":7}`), 30, 7, "both"},
		"zero input at the end":         {start(begun) + text + end(`{"input_tokens":0,"output_tokens":7}`), 30, 7, "both"},
		"zero output for a text":        {start(begun) + text + text + end(`{"output_tokens":0}`), 30, 3, "in"},
		"absurd output":                 {start(begun) + text + text + end(`{"output_tokens":1e12}`), 30, 3, "in"},
		"negative input":                {start(`{"input_tokens":-30}`) + text + end(`{"output_tokens":7}`), 25, 7, "out"},
		"a text after the end was told": {start(begun) + end(`{"output_tokens":2}`) + text + text, 30, 3, "in"},
		"nothing was seen":              {start(`{"input_tokens":30,"output_tokens":0}`) + end(`{"output_tokens":0}`), 30, 0, "both"},
		"nothing said":                  {start(`null`) + text, 25, 2, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			d := open(t).Decode(provider.Call{Request: llm.Request{Input: 25}})
			for _, frame := range strings.SplitAfter(tt.frames, "\n\n") {
				if _, _, err := d.Frame(nil, []byte(frame)); err != nil {
					t.Fatal(err)
				}
			}
			u, ok := d.Usage()
			both := tt.said == "both"
			want := provider.Usage{Tokens: claviger.Tokens{Input: tt.in, Output: tt.out},
				InputSaid: both || tt.said == "in", OutputSaid: both || tt.said == "out"}
			if u != want || ok != both {
				t.Errorf("%+v, %v, want %+v", u, ok, want)
			}
		})
	}
}

func tokens(in, read, write5m, write1h, out int64) claviger.Tokens {
	return claviger.Tokens{Input: in, CacheRead: read, CacheWrite5m: write5m, CacheWrite1h: write1h, Output: out}
}

func FuzzEncode(f *testing.F) {
	f.Add([]byte(`{"model":"m","messages":[{"role":"user","content":[{"type":"text","text":"x"}]},{"role":"tool","tool_call_id":"t"}],"tools":[{"type":"function","function":{"name":"f","parameters":{}}}],"tool_choice":{"type":"function"}}`))
	f.Add([]byte(`{"messages":[{"role":"assistant","content_blocks":[{"type":"x"}],"tool_calls":[{"function":{"arguments":"{}"}}]}],"thinking":{"budget_tokens":1e9},"stop":["a"]}`))
	a := open(f)
	f.Fuzz(func(t *testing.T, body []byte) {
		r, err := llm.Scan(body)
		if err != nil {
			return
		}
		before := bytes.Clone(body)
		up, err := a.Encode(provider.Call{Operation: provider.Chat, Request: r, Model: r.Model, Strict: true})
		if !bytes.Equal(before, r.Body) {
			t.Fatal("Encode wrote to the caller's body")
		}
		if err == nil && !json.Valid(up.Body) {
			t.Fatalf("%q is no JSON", up.Body)
		}
	})
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte("data: {\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":1}}}\n\ndata: {\"type\":\"content_block_start\",\"index\":1,\"content_block\":{\"type\":\"tool_use\",\"input\":{\"a\":1}}}\n\n"), true)
	f.Add([]byte("event: error\ndata: x\n\n"), false)
	f.Add([]byte(`{"content":[{"type":"text","text":"a"},{"type":"tool_use"},5],"usage":{"output_tokens":1}}`), false)
	a := open(f)
	f.Fuzz(func(t *testing.T, data []byte, strict bool) {
		call := provider.Call{Strict: strict, Request: llm.Request{IncludeUsage: strict}}
		if out, err := a.Decode(call).Body(data); err == nil && !json.Valid(out) {
			t.Fatalf("%q is no JSON", out)
		}
		d := a.Decode(call)
		var out []byte
		for n := sse.Next(data); n > 0; n = sse.Next(data) {
			out, _, _ = d.Frame(out, data[:n])
			data = data[n:]
		}
		for n := sse.Next(out); n > 0; n = sse.Next(out) {
			if payload := sse.Parse(out[:n]).Data; !json.Valid(payload) && string(payload) != "[DONE]" {
				t.Fatalf("%q is no JSON", payload)
			}
			out = out[n:]
		}
		if u, _ := d.Usage(); u.Tokens.In() < 0 || u.Tokens.Out() < 0 {
			t.Fatalf("tokens %+v", u.Tokens)
		}
	})
}

func BenchmarkFrame(b *testing.B) {
	d := open(b).Decode(provider.Call{Strict: true})
	frame := []byte("event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\" word\"}}\n\n")
	dst := make([]byte, 0, 4<<10)
	d.Frame(dst, []byte("data: {\"type\":\"message_start\",\"message\":{\"id\":\"m\"}}\n\n"))
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := d.Frame(dst, frame); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEncode(b *testing.B) {
	body := []byte(`{"model":"m","messages":[{"role":"user","content":"` + strings.Repeat("word ", 800) + `"}]}`)
	r, err := llm.Scan(body)
	if err != nil {
		b.Fatal(err)
	}
	a := open(b)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := a.Encode(provider.Call{Operation: provider.Chat, Request: r, Model: "m"}); err != nil {
			b.Fatal(err)
		}
	}
}
