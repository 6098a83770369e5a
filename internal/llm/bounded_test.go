package llm

import "testing"

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
		"a usual tier":                {`{"service_tier":"auto"}`, true},
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
	} {
		t.Run(name, func(t *testing.T) {
			if err := Bounded([]byte(tt.body)); (err == nil) != tt.bounded {
				t.Errorf("%v", err)
			}
		})
	}
}

func FuzzBounded(f *testing.F) {
	f.Add([]byte(`{"messages":[{"content":[{"type":"text"}]}],"tools":[{"type":"function"}],"service_tier":null}`))
	f.Fuzz(func(_ *testing.T, body []byte) { _ = Bounded(body) })
}
