package llm

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"

	claviger "github.com/claviger/claviger"
)

func TestParseUsage(t *testing.T) {
	both := said{in: true, out: true}
	tests := map[string]struct {
		usage string
		want  claviger.Tokens
		said  said
	}{
		"plain":                           {`{"prompt_tokens":10,"completion_tokens":5,"total_tokens":15}`, claviger.Tokens{Input: 10, Output: 5}, both},
		"cached is part of the prompt":    {`{"prompt_tokens":10,"completion_tokens":5,"prompt_tokens_details":{"cached_tokens":4}}`, claviger.Tokens{Input: 6, CacheRead: 4, Output: 5}, both},
		"audio is part of both":           {`{"prompt_tokens":10,"completion_tokens":5,"prompt_tokens_details":{"audio_tokens":3,"cached_tokens":2},"completion_tokens_details":{"audio_tokens":1}}`, claviger.Tokens{Input: 5, CacheRead: 2, AudioInput: 3, Output: 4, AudioOutput: 1}, both},
		"images are part of both":         {`{"input_tokens":10,"output_tokens":5,"input_tokens_details":{"image_tokens":3},"output_tokens_details":{"image_tokens":5}}`, claviger.Tokens{Input: 7, ImageInput: 3, ImageOutput: 5}, both},
		"reasoning is part of the output": {`{"prompt_tokens":1,"completion_tokens":5,"total_tokens":6,"completion_tokens_details":{"reasoning_tokens":3}}`, claviger.Tokens{Input: 1, Output: 5, Reasoning: 3}, both},
		"reasoning beside the output":     {`{"prompt_tokens":1,"completion_tokens":5,"total_tokens":9,"completion_tokens_details":{"reasoning_tokens":3}}`, claviger.Tokens{Input: 1, Output: 8, Reasoning: 3}, both},
		"reasoning in the total only":     {`{"prompt_tokens":1,"completion_tokens":5,"total_tokens":9}`, claviger.Tokens{Input: 1, Output: 8, Reasoning: 3}, both},
		"cache beside the prompt":         {`{"prompt_tokens":1,"completion_tokens":5,"total_tokens":9,"cache_read_input_tokens":3}`, claviger.Tokens{Input: 1, CacheRead: 3, Output: 5}, both},
		"cache in the prompt":             {`{"prompt_tokens":10,"completion_tokens":5,"total_tokens":15,"cache_read_input_tokens":3,"cache_creation_input_tokens":2,"prompt_tokens_details":{"cached_tokens":3}}`, claviger.Tokens{Input: 5, CacheRead: 3, CacheWrite5m: 2, Output: 5}, both},
		"cache and no total":              {`{"input_tokens":10,"output_tokens":5,"cache_read_input_tokens":3,"cache_creation_input_tokens":4,"cache_creation":{"ephemeral_5m_input_tokens":1,"ephemeral_1h_input_tokens":3}}`, claviger.Tokens{Input: 10, CacheRead: 3, CacheWrite5m: 1, CacheWrite1h: 3, Output: 5}, both},
		"more cache than prompt":          {`{"prompt_tokens":1,"completion_tokens":5,"cache_read_input_tokens":3}`, claviger.Tokens{Input: 1, CacheRead: 3, Output: 5}, both},
		"cached audio is audio":           {`{"input_tokens":20,"output_tokens":5,"total_tokens":25,"input_token_details":{"text_tokens":8,"audio_tokens":9,"image_tokens":3,"cached_tokens":10,"cached_tokens_details":{"text_tokens":4,"audio_tokens":5,"image_tokens":1}},"output_token_details":{"text_tokens":2,"audio_tokens":3}}`, claviger.Tokens{Input: 4, CacheRead: 4, CacheReadAudio: 5, CacheReadImage: 1, AudioInput: 4, ImageInput: 2, Output: 2, AudioOutput: 3}, both},
		"moonshot cache hits":             {`{"prompt_tokens":10,"completion_tokens":1,"total_tokens":11,"cached_tokens":8}`, claviger.Tokens{Input: 2, CacheRead: 8, Output: 1}, both},
		"perplexity's reasoning":          {`{"prompt_tokens":33,"completion_tokens":7163,"total_tokens":7196,"citation_tokens":20016,"num_search_queries":19,"reasoning_tokens":95305}`, claviger.Tokens{Input: 33, Output: 102468, Reasoning: 95305, WebSearches: 19}, both},
		"reasoning beside the details":    {`{"prompt_tokens":1,"completion_tokens":5,"total_tokens":6,"reasoning_tokens":4}`, claviger.Tokens{Input: 1, Output: 5, Reasoning: 4}, both},
		"predictions are output":          {`{"prompt_tokens":1,"completion_tokens":9,"total_tokens":10,"completion_tokens_details":{"accepted_prediction_tokens":3,"rejected_prediction_tokens":5}}`, claviger.Tokens{Input: 1, Output: 9}, both},
		"searches":                        {`{"prompt_tokens":1,"completion_tokens":9,"server_tool_use":{"web_search_requests":2}}`, claviger.Tokens{Input: 1, Output: 9, WebSearches: 2}, both},
		"impossible searches":             {`{"prompt_tokens":1,"completion_tokens":9,"server_tool_use":{"web_search_requests":-2},"num_search_queries":1e300}`, claviger.Tokens{Input: 1, Output: 9}, both},
		"deepseek cache hits":             {`{"prompt_tokens":10,"completion_tokens":1,"prompt_cache_hit_tokens":8,"prompt_cache_miss_tokens":2}`, claviger.Tokens{Input: 2, CacheRead: 8, Output: 1}, both},
		"cache writes":                    {`{"prompt_tokens":10,"completion_tokens":1,"prompt_tokens_details":{"cache_write_tokens":8}}`, claviger.Tokens{Input: 2, CacheWrite5m: 8, Output: 1}, both},
		"parts larger than the whole":     {`{"prompt_tokens":5,"completion_tokens":1,"prompt_tokens_details":{"cached_tokens":9,"audio_tokens":9},"completion_tokens_details":{"reasoning_tokens":7}}`, claviger.Tokens{CacheRead: 5, Output: 1, Reasoning: 1}, both},
		"nulls":                           {`{"prompt_tokens":5,"completion_tokens":null,"prompt_tokens_details":null,"completion_tokens_details":{"reasoning_tokens":null}}`, claviger.Tokens{Input: 5}, said{in: true}},
		"fractions":                       {`{"prompt_tokens":12.0,"completion_tokens":1e1}`, claviger.Tokens{Input: 12, Output: 10}, both},
		"negative":                        {`{"prompt_tokens":-5,"completion_tokens":-1.5}`, claviger.Tokens{}, said{}},
		"huge":                            {`{"prompt_tokens":99999999999999999999999,"completion_tokens":9223372036854775807,"total_tokens":1}`, claviger.Tokens{Input: 1}, said{total: true}},
		"a total alone":                   {`{"total_tokens":7}`, claviger.Tokens{Input: 7}, said{total: true}},
		"no numbers":                      {`{"prompt_tokens":"NaN","completion_tokens":{}}`, claviger.Tokens{}, said{}},
		"words that Go takes for numbers": {`{"prompt_tokens":Inf,"completion_tokens":nan}`, claviger.Tokens{}, said{}},
		"the output from the total":       {`{"prompt_tokens":5,"total_tokens":12}`, claviger.Tokens{Input: 5, Output: 7}, both},
		"the input from the total":        {`{"completion_tokens":5,"total_tokens":12}`, claviger.Tokens{Input: 7, Output: 5}, both},
		"a total that is no sum":          {`{"prompt_tokens":5,"total_tokens":3}`, claviger.Tokens{Input: 5}, said{in: true}},
		"the output alone":                {`{"completion_tokens":5}`, claviger.Tokens{Output: 5}, said{out: true}},
		"a negative input":                {`{"prompt_tokens":-5,"completion_tokens":5}`, claviger.Tokens{Output: 5}, said{out: true}},
		"the most that is believed":       {`{"prompt_tokens":100000000,"completion_tokens":1e8}`, claviger.Tokens{Input: 100000000, Output: 100000000}, both},
		"more than is believed":           {`{"prompt_tokens":100000001,"completion_tokens":5}`, claviger.Tokens{Output: 5}, said{out: true}},
		"zeros":                           {`{"prompt_tokens":0,"completion_tokens":0,"total_tokens":0}`, claviger.Tokens{}, both},
		"empty":                           {`{}`, claviger.Tokens{}, said{}},
		"cut off keeps what was there":    {`{"prompt_tokens":5,"completion`, claviger.Tokens{Input: 5}, said{in: true}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, said := parseUsage([]byte(tt.usage))
			if diff := cmp.Diff(tt.want, got); diff != "" || said != tt.said {
				t.Errorf("said = %+v\n%s", said, diff)
			}
		})
	}
}

func TestScanUsage(t *testing.T) {
	want := Usage{Tokens: claviger.Tokens{Input: 9, Output: 4}, Model: "gpt \"4\"", InputSaid: true, OutputSaid: true}
	usage := `"usage": {"prompt_tokens":9,"completion_tokens":4}`
	model := `"model":"gpt \"4\""`
	tests := map[string]struct {
		body string
		ok   bool
	}{
		"usage last":           {`{"data":[{"usage":{"prompt_tokens":1}},"\\\"}{"],` + model + `,` + usage + `}`, true},
		"usage first":          {`{ ` + usage + ` ,` + model + ` }`, true},
		"long strings between": {`{` + model + `,"data":"` + strings.Repeat(`abc\"{`, 20000) + `",` + usage + `}`, true},
		"bad syntax after it":  {`{` + model + `,` + usage + `,]]}} {{`, true},
		"no usage":             {`{` + model + `}`, false},
		"huge usage":           {`{` + model + `,"usage":{"x":"` + strings.Repeat("x", maxCapture) + `","prompt_tokens":9}}`, false},
		"usage as a value":     {`{` + model + `,"x":"usage","y":{"prompt_tokens":9}}`, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			for _, r := range []io.Reader{strings.NewReader(tt.body), iotest.OneByteReader(strings.NewReader(tt.body))} {
				u, ok := scanUsage(r)
				if ok != tt.ok || ok && u != want || u.Model != want.Model {
					t.Errorf("scanUsage = %+v, %v", u, ok)
				}
				if n, _ := io.Copy(io.Discard, r); n != 0 {
					t.Errorf("%d bytes were left", n)
				}
			}
		})
	}
}

func TestScanUsageOfABrokenRead(t *testing.T) {
	r := io.MultiReader(strings.NewReader(`{"data":[1],"usage":{"prompt_tokens":3},`), iotest.ErrReader(errors.New("gone")))
	if u, ok := scanUsage(r); !ok || u.Tokens.Input != 3 {
		t.Errorf("scanUsage = %+v, %v", u, ok)
	}
}

func TestParseFault(t *testing.T) {
	tests := map[string]struct {
		status int
		body   string
		want   Fault
	}{
		"openai":               {401, `{"error":{"message":"Incorrect key","type":"invalid_request_error","param":null,"code":"invalid_api_key"}}`, Fault{Message: "Incorrect key", Type: "invalid_request_error", Code: "invalid_api_key"}},
		"anthropic":            {529, `{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"},"request_id":"r"}`, Fault{Message: "Overloaded", Type: "overloaded_error"}},
		"a message":            {400, `{"message":"bad region","code":7}`, Fault{Message: "bad region", Code: "7"}},
		"an error text":        {500, `{"error":"model not found"}`, Fault{Message: "model not found"}},
		"a short and a long":   {404, `{"status":404,"error":"Not Found","message":"no such model"}`, Fault{Message: "no such model", Code: "404"}},
		"a detail text":        {422, `{"detail":"Not authenticated"}`, Fault{Message: "Not authenticated"}},
		"a detail list":        {422, `{"detail":[{"loc":["body","model"],"msg":"field required","type":"missing"}]}`, Fault{Message: "field required", Type: "missing"}},
		"a list of errors":     {400, `{"success":false,"errors":[{"code":5007,"message":"No such model"}]}`, Fault{Message: "No such model", Code: "5007"}},
		"an error in a list":   {400, `[{"error":{"code":400,"message":"bad","status":"INVALID_ARGUMENT"}}]`, Fault{Message: "bad", Code: "400"}},
		"a fault string":       {500, `{"fault":{"faultstring":"broken"}}`, Fault{Message: "broken"}},
		"a JSON string":        {500, `"just text"`, Fault{Message: "just text"}},
		"text":                 {502, "upstream  failed\n", Fault{Message: "upstream failed"}},
		"html":                 {502, "<html><head><title>t</title><style>a{}</style></head><body><h1>502 Bad Gateway</h1>\n<hr>nginx</body></html>", Fault{Message: "502 Bad Gateway nginx"}},
		"nothing":              {503, "", Fault{Message: "Service Unavailable"}},
		"an empty object":      {503, "{}", Fault{Message: "Service Unavailable"}},
		"an unknown status":    {599, "", Fault{Message: "the provider reported an error without words"}},
		"an object cut off":    {400, `{"error":{"message":"whole"},"x":`, Fault{Message: "whole"}},
		"text like a list":     {500, "[ERROR] it broke", Fault{Message: "[ERROR] it broke"}},
		"escapes":              {400, `{"message":"a\u00e9\n\"b\""}`, Fault{Message: `aé "b"`}},
		"invalid UTF-8":        {400, "bad \xff", Fault{Message: "bad \uFFFD"}},
		"errors in errors end": {400, strings.Repeat(`{"error":`, 50) + `"x"` + strings.Repeat("}", 50), Fault{Message: "Bad Request"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, ParseFault(tt.status, []byte(tt.body))); diff != "" {
				t.Error(diff)
			}
		})
	}
	if f := ParseFault(500, bytes.Repeat([]byte("é"), 1<<20)); len(f.Message) > maxFaultMessage+3 {
		t.Errorf("a message of %d bytes", len(f.Message))
	}
}

func TestAppendError(t *testing.T) {
	got := AppendError([]byte("before"), "openai", Fault{Message: "no \"such\" model", Type: "invalid_request_error", Code: "model_not_found"})
	want := `before{"error":{"message":"openai error: no \"such\" model","type":"invalid_request_error","param":null,"code":"model_not_found"},"provider":"openai"}`
	if string(got) != want {
		t.Errorf("AppendError = %s", got)
	}
	if got := AppendError(nil, "a\"\xff", Fault{Message: "\xff"}); !json.Valid(got) {
		t.Errorf("AppendError = %s", got)
	}
}

func BenchmarkScanUsage(b *testing.B) {
	body := []byte(`{"object":"list","data":[{"embedding":[` + strings.Repeat("-0.0123456,", 20000) + `0]}],"model":"e","usage":{"prompt_tokens":5,"total_tokens":5}}`)
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		if _, ok := scanUsage(bytes.NewReader(body)); !ok {
			b.Fatal("no usage")
		}
	}
}
