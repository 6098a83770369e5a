package llm

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	claviger "github.com/claviger/claviger"
)

// piece is a chunk of a stream that tells usage all the time.
func piece(text, finish string, in, out int) string {
	return fmt.Sprintf(`data: {"model":"m","choices":[{"index":0,"delta":{"content":%q},"finish_reason":%s}],"usage":{"prompt_tokens":%d,"total_tokens":%d,"completion_tokens":%d}}`+"\n\n",
		text, finish, in, in+out, out)
}

func TestWhatIsToldOnTheWayIsNotFinal(t *testing.T) {
	const none = "null"
	told := func(in, out int) string {
		return fmt.Sprintf(`data: {"choices":[],"usage":{"prompt_tokens":%d,"completion_tokens":%d}}`+"\n\n", in, out)
	}
	tests := map[string]struct {
		frames  string
		in, out int64
		said    string // which of both
	}{
		"growing, cut off":                     {piece("a", none, 9, 1) + piece("b", none, 9, 2), 9, 2, ""},
		"growing by more than pieces":          {piece("a", none, 9, 40) + piece("b", none, 9, 80), 9, 80, ""},
		"growing slower than the content":      {piece("a", none, 9, 1) + piece(strings.Repeat("b", 400), none, 9, 2), 9, 101, ""},
		"less input than was sent":             {piece("a", none, 1, 1), 4, 1, ""},
		"zeros, cut off":                       {piece("a", none, 0, 0) + piece("b", none, 0, 0) + piece("c", none, 0, 0), 4, 3, ""},
		"zeros to the end":                     {piece("a", none, 0, 0) + piece("b", `"stop"`, 0, 0) + doneFrame, 4, 2, ""},
		"zeros on the way, then figures":       {piece("a", none, 0, 0) + piece("b", `"stop"`, 9, 2) + doneFrame, 9, 2, "both"},
		"zeros after the figures":              {piece("a", none, 0, 0) + piece("b", `"stop"`, 9, 2) + told(0, 0), 9, 2, "both"},
		"with the reason of the end":           {piece("a", none, 9, 1) + piece("b", `"stop"`, 9, 2), 9, 2, "both"},
		"after the reason of the end":          {stopFrame + piece("", none, 9, 2), 9, 2, "both"},
		"without choices":                      {contentFrame + told(9, 7), 9, 7, "both"},
		"no choices at all":                    {contentFrame + `data: {"usage":{"prompt_tokens":9,"completion_tokens":7}}` + "\n\n", 9, 7, "both"},
		"at the mark of the end":               {piece("a", none, 9, 1) + doneFrame, 9, 1, "both"},
		"empty reasons are none":               {piece("a", `""`, 9, 1) + piece("b", `""`, 9, 2), 9, 2, ""},
		"one of two choices has ended":         {piece("a", `"stop"`, 9, 5) + piece("b", none, 9, 6), 9, 6, ""},
		"without choices, but content follows": {roleFrame + told(9, 1) + contentFrame + contentFrame + contentFrame, 9, 4, ""},
		"… of a kind that was seen before":     {roleFrame + contentFrame + told(9, 1) + contentFrame, 9, 3, ""},
		"… and an end":                         {roleFrame + contentFrame + told(9, 1) + contentFrame + doneFrame, 9, 1, "both"},
		"no output said":                       {contentFrame + contentFrame + `data: {"choices":[],"usage":{"prompt_tokens":9}}` + "\n\n" + doneFrame, 9, 3, "in"},
		"no input said":                        {contentFrame + contentFrame + `data: {"choices":[],"usage":{"completion_tokens":9}}` + "\n\n" + doneFrame, 4, 9, "out"},
		"absurd input":                         {contentFrame + told(1_000_000_000, 9) + doneFrame, 4, 9, "out"},
		"negative output":                      {contentFrame + contentFrame + told(9, -9) + doneFrame, 9, 3, "in"},
		"no output of what was seen":           {contentFrame + contentFrame + told(9, 0) + doneFrame, 9, 3, "in"},
		"no input of what was seen":            {contentFrame + contentFrame + told(0, 7) + doneFrame, 4, 7, "out"},
		"nothing was seen":                     {roleFrame + stopFrame + told(9, 0) + doneFrame, 9, 0, "both"},
		"a total alone":                        {contentFrame + `data: {"choices":[],"usage":{"total_tokens":20}}` + "\n\n" + doneFrame, 20, 2, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			d := NewDecoder(mustScan(t, `{"stream":true}`))
			for _, frame := range strings.SplitAfter(tt.frames, "\n\n") {
				if _, _, err := d.Frame(nil, []byte(frame)); err != nil {
					t.Fatal(err)
				}
			}
			u, ok := d.Usage()
			both := tt.said == "both"
			want := Usage{Tokens: claviger.Tokens{Input: tt.in, Output: tt.out}, Model: u.Model,
				InputSaid: both || tt.said == "in", OutputSaid: both || tt.said == "out"}
			if diff := cmp.Diff(want, u); diff != "" || ok != both {
				t.Errorf("ok = %v\n%s", ok, diff)
			}
		})
	}
}

func TestBodySaysBothOrNotAll(t *testing.T) {
	text := `"choices":[{"message":{"content":"123456789"}}]`
	tests := map[string]struct {
		body         string
		inSaid, said bool // said: the output
		in, out      int64
	}{
		"both":                            {`{` + text + `,"usage":{"prompt_tokens":9,"completion_tokens":4}}`, true, true, 9, 4},
		"input alone":                     {`{` + text + `,"usage":{"prompt_tokens":9}}`, true, false, 9, 3},
		"output alone":                    {`{` + text + `,"usage":{"completion_tokens":4}}`, false, true, 0, 4},
		"zeros for a text":                {`{` + text + `,"usage":{"prompt_tokens":0,"completion_tokens":0,"total_tokens":0}}`, false, false, 0, 3},
		"zeros for nothing":               {`{"choices":[],"usage":{"prompt_tokens":0,"completion_tokens":0}}`, true, true, 0, 0},
		"embeddings need no output":       {`{"object":"list","data":[{"embedding":[1]}],"usage":{"prompt_tokens":9}}`, true, true, 9, 0},
		"embeddings and a total":          {`{"data":[{"embedding":[1]}],"usage":{"total_tokens":9}}`, true, true, 9, 0},
		"embeddings of nothing":           {`{"data":[{"embedding":[1]}],"usage":{"prompt_tokens":0,"total_tokens":0}}`, false, false, 0, 0},
		"embeddings that do not say it":   {`{"data":[{"embedding":[1]}]}`, false, false, 0, 0},
		"embeddings with absurd figures":  {`{"data":[{"embedding":[1]}],"usage":{"prompt_tokens":-1}}`, false, false, 0, 0},
		"other tokens than input and out": {`{` + text + `,"usage":{"server_tool_use":{"web_search_requests":1}}}`, false, false, 0, 3},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			d := NewDecoder(Request{})
			if _, err := d.Body([]byte(tt.body)); err != nil {
				t.Fatal(err)
			}
			want := Usage{Tokens: claviger.Tokens{Input: tt.in, Output: tt.out}, InputSaid: tt.inSaid, OutputSaid: tt.said}
			u, ok := d.Usage()
			if diff := cmp.Diff(want, u); diff != "" || ok != (tt.inSaid && tt.said) {
				t.Errorf("ok = %v\n%s", ok, diff)
			}
			passed := NewDecoder(Request{})
			for _, c := range []byte(tt.body) {
				passed.Pass([]byte{c})
			}
			if u, again := passed.Usage(); ok && !again || ok && u != want {
				t.Errorf("passed on: %+v", u)
			}
		})
	}
}
