package gateway_test

import (
	"net/http"
	"strings"
	"testing"

	claviger "github.com/claviger/claviger"
)

func TestWhatIsNotSaidInTheEndIsGuessed(t *testing.T) {
	const onTheWay = `data: {"choices":[{"index":0,"delta":{"content":"word"}}],"usage":{"prompt_tokens":0,"completion_tokens":0,"total_tokens":0}}` + "\n\n"
	const strict = `{"type":"cost","credit_limit":5,"enforcement":"strict"}`
	in := int64(len(bounded)+3) / 4
	for name, tt := range map[string]struct {
		upstream http.HandlerFunc
		body     string
		limit    string
		want     claviger.Tokens
	}{
		"strict, figures on the way, then broken off": {streams(onTheWay, onTheWay), streamed, strict,
			claviger.Tokens{Input: int64(len(streamed)), Output: 50}},
		"figures on the way, then broken off": {streams(onTheWay, onTheWay), streamed, "",
			claviger.Tokens{Input: int64(len(streamed)+3) / 4, Output: 2}},
		"broken off before anything was seen": {streams(`data: {"choices":[{"index":0,"delta":{"role":"assistant"}}]}` + "\n\n"), streamed, "",
			claviger.Tokens{Input: int64(len(streamed)+3) / 4, Output: 50}},
		"only the output": {answers(200, `{"choices":[{"message":{"content":"x"}}],"usage":{"completion_tokens":3}}`), bounded, "",
			claviger.Tokens{Input: in, Output: 3}},
		"a negative input": {answers(200, `{"choices":[{"message":{"content":"x"}}],"usage":{"prompt_tokens":-5,"completion_tokens":3}}`), bounded, "",
			claviger.Tokens{Input: in, Output: 3}},
		"zeros beside an answer": {answers(200, `{"choices":[{"message":{"content":"four of them here"}}],"usage":{"prompt_tokens":0,"completion_tokens":0}}`), bounded, "",
			claviger.Tokens{Input: in, Output: 5}},
		"absurd counts": {answers(200, `{"choices":[{"message":{"content":"four of them here"}}],"usage":{"prompt_tokens":1099511627776,"completion_tokens":1099511627776}}`), bounded, "",
			claviger.Tokens{Input: in, Output: 5}},
		"a large answer without a word of use": {answers(200, `{"choices":[{"message":{"content":"`+strings.Repeat(" ", 1<<20)+`"}}]}`), bounded, "",
			claviger.Tokens{Input: in, Output: 50}},
	} {
		t.Run(name, func(t *testing.T) {
			r := pricedRig(t, tt.upstream)
			places["API Key"].set(r, tt.limit, "")
			r.call(tt.body, false)
			_, c := r.books.one(t)
			if c.Tokens != tt.want || !c.Estimated {
				t.Errorf("booked %+v, estimated %v; want %+v", c.Tokens, c.Estimated, tt.want)
			}
		})
	}
}

func TestWhatAModelUsuallyHidesIsBookedWithWhatWasSeen(t *testing.T) {
	const reasoned = `{"choices":[{"message":{"content":"x"}}],"usage":{"prompt_tokens":9,"completion_tokens":45,"completion_tokens_details":{"reasoning_tokens":40}}}`
	first := true
	r := pricedRig(t, func(w http.ResponseWriter, req *http.Request) {
		if first {
			answers(200, reasoned)(w, req)
		} else {
			streams(delta, delta)(w, req)
		}
		first = false
	})
	r.call(bounded, false)
	r.books.one(t)
	r.books.forget()
	r.call(streamed, false)
	if _, c := r.books.one(t); c.Tokens.Output != 42 {
		t.Errorf("%+v, want the 2 that were seen and the usual 40", c.Tokens)
	}
}
