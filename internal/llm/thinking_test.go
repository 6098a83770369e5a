package llm

import "testing"

func TestThinking(t *testing.T) {
	for name, tt := range map[string]struct {
		body string
		want int64
	}{
		"nothing said":                         {`{"messages":[]}`, 0},
		"a budget":                             {`{"thinking":{"type":"enabled","budget_tokens":32000}}`, 32000},
		"a budget as a float":                  {`{"thinking":{"type":"enabled","budget_tokens":3.2e4}}`, 32000},
		"a budget by an escaped name":          {`{"\u0074hinking":{"type":"enabled","budget_tokens":32000}}`, 32000},
		"a budget that is not in use":          {`{"thinking":{"type":"disabled","budget_tokens":32000}}`, 0},
		"a budget below 0":                     {`{"thinking":{"type":"enabled","budget_tokens":-1}}`, 0},
		"a budget that is a text":              {`{"thinking":{"type":"enabled","budget_tokens":"32000"}}`, 0},
		"thinking that adapts":                 {`{"thinking":{"type":"adaptive"}}`, 0},
		"thinking that is a switch":            {`{"thinking":true}`, 0},
		"words in a message":                   {`{"messages":[{"role":"user","content":"\"thinking\":{\"budget_tokens\":9}"}]}`, 0},
		"a member of a message":                {`{"messages":[{"role":"user","thinking":{"budget_tokens":9}}]}`, 0},
		"a bound of reasoning":                 {`{"reasoning":{"max_tokens":2000}}`, 2000},
		"a high effort":                        {`{"reasoning_effort":"high"}`, effortTokens},
		"a medium effort of reasoning":         {`{"reasoning":{"effort":"medium"}}`, effortTokens},
		"a low effort":                         {`{"reasoning_effort":"low"}`, 0},
		"an effort that is null":               {`{"reasoning_effort":null,"thinking":null,"reasoning":null}`, 0},
		"a budget comes before an effort":      {`{"reasoning_effort":"high","thinking":{"type":"enabled","budget_tokens":1024}}`, 1024},
		"a body that is no object, or nothing": {`["thinking"]`, 0},
	} {
		if got := Thinking([]byte(tt.body)); got != tt.want {
			t.Errorf("%s: %d, want %d", name, got, tt.want)
		}
	}
}

func FuzzThinking(f *testing.F) {
	f.Add([]byte(`{"thinking":{"type":"enabled","budget_tokens":32000},"reasoning_effort":"high"}`))
	f.Add([]byte(`{"reasoning":{"max_tokens":1e3,"effort":"medium"}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		if n := Thinking(body); n < 0 {
			t.Errorf("%d tokens", n)
		}
	})
}
