package llm

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/sse"
)

func mustScan(t testing.TB, body string) Request {
	t.Helper()
	r, err := Scan([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

const (
	roleFrame    = `data: {"id":"c1","object":"chat.completion.chunk","model":"gpt-4o-2024","choices":[{"index":0,"delta":{"role":"assistant","content":""}}],"usage":null}` + "\n\n"
	contentFrame = `data: {"id":"c1","object":"chat.completion.chunk","model":"gpt-4o-2024","choices":[{"index":0,"delta":{"content":" word"}}],"usage":null}` + "\n\n"
	stopFrame    = `data: {"id":"c1","model":"gpt-4o-2024","choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":null}` + "\n\n"
	usageFrame   = `data: {"id":"c1","model":"gpt-4o-2024","choices":[],"usage":{"prompt_tokens":9,"completion_tokens":4,"total_tokens":13}}` + "\n\n"
	doneFrame    = "data: [DONE]\n\n"
)

func TestFrame(t *testing.T) {
	asked := `{"stream":true,"stream_options":{"include_usage":true}}`
	notAsked := `{"stream":true}`
	counted := claviger.Tokens{Input: 9, Output: 4}
	guessed := claviger.Tokens{Input: 4, Output: 4}
	tests := map[string]struct {
		request string
		frames  []string
		dropped []int
		tokens  claviger.Tokens
		known   bool
		model   string
	}{
		"usage asked for comes along":         {asked, []string{roleFrame, contentFrame, usageFrame, doneFrame}, nil, counted, true, "gpt-4o-2024"},
		"usage not asked for is dropped":      {notAsked, []string{roleFrame, contentFrame, stopFrame, usageFrame, doneFrame}, []int{3}, counted, true, "gpt-4o-2024"},
		"no usage: guessed from the pieces":   {notAsked, []string{roleFrame, contentFrame, contentFrame, contentFrame, doneFrame}, nil, guessed, false, "gpt-4o-2024"},
		"comments pass":                       {notAsked, []string{": waiting\n\n", contentFrame, contentFrame, contentFrame, doneFrame}, nil, guessed, false, "gpt-4o-2024"},
		"usage with content passes":           {notAsked, []string{`data: {"model":"m","choices":[{"delta":{"content":"a"}}],"usage":{"prompt_tokens":9,"completion_tokens":4}}` + "\n\n", doneFrame}, nil, counted, true, "m"},
		"quotes of a search":                  {notAsked, []string{`data: {"model":"m","choices":[{"delta":{"content":"a","annotations":[{"type":"url_citation"}]}}]}` + "\n\n", usageFrame, doneFrame}, []int{1}, claviger.Tokens{Input: 9, Output: 4, WebSearches: 1}, true, "m"},
		"usage of a groq chunk":               {notAsked, []string{`data: {"model":"m","choices":[{"delta":{}}],"x_groq":{"id":"r","usage":{"prompt_tokens":9,"completion_tokens":4}}}` + "\n\n", doneFrame}, nil, counted, true, "m"},
		"the last usage wins":                 {notAsked, []string{`data: {"choices":[{}],"usage":{"prompt_tokens":9,"completion_tokens":1}}` + "\n\n", usageFrame, doneFrame}, []int{1}, counted, true, "gpt-4o-2024"},
		"filter results without choices pass": {notAsked, []string{`data: {"choices":[],"prompt_filter_results":[{}]}` + "\n\n", usageFrame, doneFrame}, []int{1}, counted, true, "gpt-4o-2024"},
		"the words usage and error as text":   {notAsked, []string{`data: {"choices":[{"delta":{"content":"\"usage\":{} \"error\":{}"}}]}` + "\n\n", doneFrame}, nil, claviger.Tokens{Input: 4, Output: 7}, false, ""},
		"a null error is none":                {notAsked, []string{`data: {"error":null,"choices":[{"delta":{"content":"a"}}]}` + "\n\n", usageFrame, doneFrame}, []int{1}, counted, true, "gpt-4o-2024"},
		"an error further down is none":       {notAsked, []string{`data: {"choices":[{"delta":{},"finish_reason":"error"}],"meta":{"error":{"message":"x"}}}` + "\n\n", usageFrame, doneFrame}, []int{1}, counted, true, "gpt-4o-2024"},
		"malformed usage passes":              {asked, []string{`data: {"choices":[],"usage":{"prompt_tokens":"nine"}}` + "\n\n", doneFrame}, nil, claviger.Tokens{Input: 14}, false, ""},
		"data that is no JSON passes":         {notAsked, []string{"data: hello \"usage\":{\n\n", "data: {\"usage\":{\n\n", doneFrame}, nil, claviger.Tokens{Input: 4}, false, ""},
		"CRLF, and done with a space":         {notAsked, []string{strings.ReplaceAll(contentFrame, "\n", "\r\n"), "data: [DONE] \r\n\r\n"}, nil, claviger.Tokens{Input: 4, Output: 2}, false, "gpt-4o-2024"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			d := NewDecoder(mustScan(t, tt.request))
			for i, frame := range tt.frames {
				out, last, err := d.Frame([]byte("before"), []byte(frame))
				if err != nil {
					t.Fatal(err)
				}
				if last != (i == len(tt.frames)-1) {
					t.Errorf("frame %d: last = %v", i, last)
				}
				want := "before" + frame
				for _, n := range tt.dropped {
					if n == i {
						want = "before"
					}
				}
				if string(out) != want {
					t.Errorf("frame %d: %q", i, out)
				}
			}
			u, known := d.Usage()
			if diff := cmp.Diff(Usage{tt.tokens, tt.model, tt.known, tt.known}, u); diff != "" || known != tt.known {
				t.Errorf("known = %v\n%s", known, diff)
			}
		})
	}
}

func TestFrameErrors(t *testing.T) {
	tests := map[string]struct {
		frame string
		want  Fault
	}{
		"an error object":             {`data: {"error":{"message":"overloaded","type":"server_error","param":null,"code":"busy"}}` + "\n\n", Fault{Message: "overloaded", Type: "server_error", Code: "busy"}},
		"an error text":               {`data: {"error":"out of memory"}` + "\n\n", Fault{Message: "out of memory"}},
		"an error with choices":       {`data: {"choices":[{"finish_reason":"error"}],"error":{"code":502,"message":"gone"}}` + "\n\n", Fault{Message: "gone", Code: "502"}},
		"an error event":              {"event: error\ndata: {\"message\":\"stopped\"}\n\n", Fault{Message: "stopped"}},
		"an error event of text":      {"event: error\ndata: stopped\n\n", Fault{Message: "stopped"}},
		"an object of the kind error": {`data: {"object":"error","message":"too long","type":"BadRequestError","param":null,"code":400}` + "\n\n", Fault{Message: "too long", Type: "BadRequestError", Code: "400"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			d := NewDecoder(Request{})
			out, last, err := d.Frame([]byte("before"), []byte(tt.frame))
			var f *Fault
			if !errors.As(err, &f) || last || string(out) != "before" {
				t.Fatalf("Frame = %q, %v, %v", out, last, err)
			}
			if diff := cmp.Diff(tt.want, *f); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestBody(t *testing.T) {
	tests := map[string]struct {
		body   string
		tokens claviger.Tokens
		known  bool
		model  string
	}{
		"an answer":              {`{"model":"m","choices":[{"message":{"content":"hi"}}],"usage":{"prompt_tokens":9,"completion_tokens":4}}`, claviger.Tokens{Input: 9, Output: 4}, true, "m"},
		"an answer with quotes":  {`{"model":"m","choices":[{"message":{"content":"hi","annotations": [ {"type":"url_citation"}]}}],"usage":{"prompt_tokens":9,"completion_tokens":4}}`, claviger.Tokens{Input: 9, Output: 4, WebSearches: 1}, true, "m"},
		"one that quotes a file": {`{"model":"m","choices":[{"message":{"content":"\"url_citation\"","annotations":[{"type":"file"}]}}],"usage":{"prompt_tokens":9,"completion_tokens":4}}`, claviger.Tokens{Input: 9, Output: 4}, true, "m"},
		"embeddings":             {`{"object":"list","data":[{"embedding":[0.1,-2e-3]}],"model":"e","usage":{"prompt_tokens":5,"total_tokens":5}}` + "\n", claviger.Tokens{Input: 5}, true, "e"},
		"no usage: guessed":      {`{"choices":[{"message":{"role":"assistant","content":"123456789"}}]}`, claviger.Tokens{Output: 3}, false, ""},
		"null usage: guessed":    {`{"usage":null,"choices":[{"text":"12345"}]}`, claviger.Tokens{Output: 2}, false, ""},
		"usage of another kind":  {`{"usage":"none","model":7}`, claviger.Tokens{}, false, ""},
		"usage deeper down":      {`{"choices":[{"usage":{"prompt_tokens":1}}]}`, claviger.Tokens{}, false, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			d := NewDecoder(Request{})
			out, err := d.Body([]byte(tt.body))
			if err != nil || string(out) != tt.body {
				t.Fatalf("Body = %q, %v", out, err)
			}
			u, known := d.Usage()
			if diff := cmp.Diff(Usage{tt.tokens, tt.model, tt.known, tt.known}, u); diff != "" || known != tt.known {
				t.Errorf("known = %v\n%s", known, diff)
			}
		})
	}
}

func TestBodyTellsRefusalsFromWhatCannotBeRead(t *testing.T) {
	for name, tt := range map[string]struct {
		body    string
		refused bool
	}{
		"nothing":                {"", false},
		"half an object":         {`{"choices":[`, false},
		"half an error":          {`{"error":{"message":"no"}`, false},
		"text":                   {"Bad Gateway", false},
		"a list":                 {`[{"error":{"message":"no"}}]`, false},
		"more after the object":  {`{"error":"no"} x`, false},
		"an error":               {`{"error":{"message":"no"}}` + "\n", true},
		"an error text":          {`{"error":"no","choices":null}`, true},
		"an object of the kind":  {`{"object":"error","message":"no"}`, true},
		"an error after the use": {`{"error":"no","usage":{"prompt_tokens":5,"completion_tokens":7}}`, false},
	} {
		t.Run(name, func(t *testing.T) {
			var fault *Fault
			if _, err := NewDecoder(Request{}).Body([]byte(tt.body)); !errors.As(err, &fault) || fault.Refused != tt.refused {
				t.Errorf("%+v", fault)
			}
		})
	}
}

func BenchmarkFrame(b *testing.B) {
	for name, frame := range map[string]string{"content": contentFrame, "usage": usageFrame} {
		b.Run(name, func(b *testing.B) {
			d := NewDecoder(Request{})
			dst := make([]byte, 0, 1<<10)
			data := []byte(frame)
			d.Frame(dst, []byte(roleFrame))
			b.ReportAllocs()
			b.SetBytes(int64(len(frame)))
			for b.Loop() {
				if _, _, err := d.Frame(dst, data); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkBody(b *testing.B) {
	body := []byte(`{"id":"c","object":"chat.completion","model":"gpt-4o","choices":[{"index":0,"message":{"role":"assistant","content":"` +
		strings.Repeat("word ", 60) + `"},"finish_reason":"stop"}],"usage":{"prompt_tokens":19,"completion_tokens":10,"total_tokens":29,"prompt_tokens_details":{"cached_tokens":0,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":0,"audio_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}}}`)
	b.ReportAllocs()
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		if _, err := NewDecoder(Request{}).Body(body); err != nil {
			b.Fatal(err)
		}
	}
}

func FuzzDecoder(f *testing.F) {
	f.Add([]byte(roleFrame + usageFrame + doneFrame))
	f.Add([]byte(`{"error":{"message":"x"}}`))
	f.Add([]byte(`[{"error":{"code":1,"errors":[{"msg":"\ud800"}]}}]`))
	f.Add([]byte(`{"model":"m","x_groq":{"usage":{"prompt_tokens":1e40}},"usage":{"total_tokens":-1}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		d := NewDecoder(Request{Input: EstimateInput(data)})
		if out, err := d.Body(data); err == nil {
			streamed, ok := scanUsage(strings.NewReader(string(data)))
			u, known := d.Usage()
			if d.searched && u.Tokens.WebSearches == 1 {
				u.Tokens.WebSearches = streamed.Tokens.WebSearches // what passes by is not searched for quotes
			}
			if known && json.Valid(data) && (!ok || streamed != u) {
				t.Fatalf("Body found %+v, scanUsage %+v %v in %q", u, streamed, ok, out)
			}
		}
		d = NewDecoder(Request{})
		var dst []byte
		for rest := data; ; {
			n := sse.Next(rest)
			if n == 0 {
				break
			}
			dst, _, _ = d.Frame(dst, rest[:n])
			rest = rest[n:]
		}
		u, _ := d.Usage()
		if t2 := u.Tokens; t2.Input < 0 || t2.Output < 0 || t2.CacheRead < 0 || t2.Reasoning > t2.Output {
			t.Fatalf("tokens %+v", t2)
		}
		if fault := ParseFault(500, data); fault.Message == "" || len(fault.Message) > maxFaultMessage+3 {
			t.Fatalf("fault %+v", fault)
		}
	})
}
