package llm

import (
	"runtime"
	"strings"
	"testing"
)

func TestWhatCanBeBoundedBeforehand(t *testing.T) {
	for name, tt := range map[string]struct {
		body    string
		bounded bool
	}{
		"text":                        {`{"model":"m","messages":[{"role":"user","content":"hi"}],"max_tokens":5}`, true},
		"text in parts":               {`{"messages":[{"content":[{"type":"text","text":"hi"}]}]}`, true},
		"a call of a tool":            {`{"messages":[{"role":"assistant","content":null,"tool_calls":[{}]}],"tools":[{"type":"function"}]}`, true},
		"an embedding":                {`{"input":["a","b"],"dimensions":5}`, true},
		"one prompt":                  {`{"prompt":"a"}`, true},
		"a usual tier":                {`{"service_tier":"default"}`, true},
		"an answer sent back":         {`{"messages":[{"role":"assistant","content":"hi","refusal":null,"annotations":[],"audio":null,"tool_calls":[{"id":"c","type":"function","index":0,"function":{"name":"f","arguments":"{}"}}]}]}`, true},
		"a schema":                    {`{"tools":[{"type":"function","function":{"name":"f","description":"d","strict":true,"parameters":{"anything":{"goes":1}}}}]}`, true},
		"embedded tokens":             {`{"input":[[1,2],[3]]}`, true},
		"one list of tokens":          {`{"input":[1,2,3]}`, true},
		"usage asked for":             {`{"stream":true,"stream_options":{"include_usage":true}}`, true},
		"no options":                  {`{"stream_options":null,"tools":null}`, true},
		"a tier of any price":         {`{"service_tier":"auto"}`, false},
		"usage all the time":          {`{"stream_options":{"include_usage":true,"continuous_usage_stats":true}}`, false},
		"embedded images":             {`{"input":[{"image":"https://x"}]}`, false},
		"one embedded image":          {`{"input":{"image":"https://x"}}`, false},
		"embedded lists of texts":     {`{"input":[["a"]]}`, false},
		"embedded fractions":          {`{"input":[1.5]}`, false},
		"a member of a message":       {`{"messages":[{"role":"user","content":"hi","documents":[{}]}]}`, false},
		"one hidden by its case":      {`{"messages":[{"role":"user","Content":[{"type":"image_url"}]}]}`, false},
		"a member of a part":          {`{"messages":[{"content":[{"type":"text","text":"a","image_url":{"url":"https://x"}}]}]}`, false},
		"a text that is none":         {`{"messages":[{"content":[{"type":"text","text":{"url":"https://x"}}]}]}`, false},
		"a system prompt in images":   {`{"system":[{"type":"image"}]}`, false},
		"blocks of another dialect":   {`{"messages":[{"role":"assistant","content_blocks":[{}]}]}`, false},
		"a member of a tool":          {`{"tools":[{"type":"function","function":{},"web_search":{}}]}`, false},
		"a tool without a type":       {`{"tools":[{"googleSearch":{}}]}`, false},
		"a tool of no type":           {`{"tools":[{"function":{}}]}`, false},
		"a call the provider made":    {`{"messages":[{"tool_calls":[{"type":"web_search"}]}]}`, false},
		"annotations":                 {`{"messages":[{"annotations":[{}]}]}`, false},
		"functions of an odd form":    {`{"functions":[{"url":"https://x"}]}`, false},
		"an image by URL":             {`{"messages":[{"content":[{"type":"image_url","image_url":{"url":"https://x"}}]}]}`, false},
		"audio":                       {`{"messages":[{"content":[{"type":"input_audio"}]}]}`, false},
		"an earlier answer in audio":  {`{"messages":[{"role":"assistant","audio":{"id":"a"}}]}`, false},
		"a file":                      {`{"messages":[{"content":[{"type":"file"}]}]}`, false},
		"a part without a type":       {`{"messages":[{"content":[{}]}]}`, false},
		"a type hidden by its case":   {`{"messages":[{"content":[{"type":"image_url","Type":"text","TYPE":"text"}]}]}`, false},
		"a member hidden by its case": {`{"Modalities":["audio"]}`, false},
		"content of an odd form":      {`{"messages":[{"content":{"a":1}}]}`, false},
		"messages of an odd form":     {`{"messages":"x"}`, false},
		"a tool of the provider":      {`{"tools":[{"type":"web_search"}]}`, false},
		"tools of an odd form":        {`{"tools":{}}`, false},
		"a search":                    {`{"web_search_options":{}}`, false},
		"audio out":                   {`{"modalities":["text","audio"]}`, false},
		"several prompts":             {`{"prompt":["a","b"]}`, false},
		"the best of several answers": {`{"prompt":"a","best_of":5}`, false},
		"a prediction":                {`{"prediction":{"type":"content","content":"x"}}`, false},
		"a dear tier":                 {`{"service_tier":"priority"}`, false},
		"no object":                   {`[]`, false},
		"a name written with escapes": {`{"m\u006fdel":"m"}`, false},
		"no parts":                    {`{"messages":[{"content":[ ]}],"input":[ ]}`, true},
		"an annotation in a list":     {`{"messages":[{"annotations":[ 1 ]}]}`, false},
		"two kinds of answer":         {`{"modalities":["text","text"]}`, false},
		"one kind":                    {`{"modalities":[ "text" ]}`, true},
	} {
		t.Run(name, func(t *testing.T) {
			n, err := BoundInput([]byte(tt.body))
			if (err == nil) != tt.bounded || err == nil && n < int64(len(tt.body)) {
				t.Errorf("%d, %v", n, err)
			}
		})
	}
}

func TestProvidersAddAPromptForTools(t *testing.T) {
	for name, tt := range map[string]struct {
		body  string
		added int64
	}{
		"text":             {`{"messages":[]}`, 0},
		"tools":            {`{"tools":[{"type":"function"}]}`, 1024},
		"functions":        {`{"functions":[]}`, 1024},
		"both":             {`{"tools":[],"functions":[]}`, 1024},
		"a form of answer": {`{"response_format":{"type":"json_object"}}`, 1024},
		"null":             {`{"tools":null}`, 0},
	} {
		t.Run(name, func(t *testing.T) {
			if n, err := BoundInput([]byte(tt.body)); err != nil || n != int64(len(tt.body))+tt.added {
				t.Errorf("%d, %v", n, err)
			}
		})
	}
}

func FuzzBoundInput(f *testing.F) {
	f.Add([]byte(`{"messages":[{"content":[{"type":"text"}]}],"tools":[{"type":"function"}],"service_tier":null,"input":[[1]]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		if n, err := BoundInput(body); err == nil && n < int64(len(body)) {
			t.Fatalf("%d for %d bytes", n, len(body))
		}
	})
}

// A caller who tries again must not be told something else.
func TestOfSeveralReasonsOneIsTold(t *testing.T) {
	for name, tt := range map[string]struct{ body, want string }{
		"a part":    {`{"messages":[{"content":[{"image_url":{"url":"https://x"},"type":"image_url"}]}]}`, "messages: only text can be bounded beforehand"},
		"top level": {`{"a":1,"service_tier":"priority","prompt":[],"z":1}`, "prompt: only one text can be bounded beforehand"},
		"unknown":   {`{"a":1,"z":1,"model":"m"}`, "it has a member that may cost more than can be told beforehand"},
	} {
		t.Run(name, func(t *testing.T) {
			for range 50 {
				if _, err := BoundInput([]byte(tt.body)); err == nil || err.Error() != tt.want {
					t.Fatalf("%v, want %q", err, tt.want)
				}
			}
		})
	}
}

// A body is read where it is: it may be as large as memory for bodies allows.
func TestBoundsCopyNoBodies(t *testing.T) {
	for name, body := range map[string][]byte{
		"text":                       chatBody(1 << 20),
		"members that are not known": []byte(`{"max_tokens":1,` + many(10000, strings.Repeat("x", 100)) + `}`),
		"tokens":                     []byte(`{"input":[[` + strings.Repeat("1,", 1<<19) + `1]]}`),
	} {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			n, err := BoundInput(body)
			runtime.ReadMemStats(&after)
			if taken := after.TotalAlloc - before.TotalAlloc; taken > uint64(len(body)/2) {
				t.Errorf("%d bytes for %d: %d, %v", taken, len(body), n, err)
			}
		})
	}
}
