package workload_test

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"github.com/claviger/claviger/bench/internal/workload"
)

func TestBodiesAreJSONOfTheStatedSize(t *testing.T) {
	bodies := map[string]struct {
		body []byte
		size int
	}{
		"whole":  {workload.Body(workload.Script{}), workload.RequestBytes},
		"stream": {workload.Body(workload.Script{Events: 1000, Gap: time.Second, Stall: true}), workload.RequestBytes},
		"answer": {workload.Answer(), workload.AnswerBytes},
	}
	for name, tt := range bodies {
		if len(tt.body) != tt.size || !json.Valid(tt.body) {
			t.Errorf("%s: %d bytes, valid %v; want %d valid ones", name, len(tt.body), json.Valid(tt.body), tt.size)
		}
	}
}

func TestScriptTravelsInTheBody(t *testing.T) {
	want := workload.Script{Events: 7, Gap: 1500 * time.Microsecond, Stall: true}
	got, err := workload.ParseScript(workload.Body(want))
	if err != nil || got != want {
		t.Errorf("got %v, %v; want %v", got, err, want)
	}
	if _, err := workload.ParseScript([]byte(`{}`)); err == nil {
		t.Error("a body without a script is accepted")
	}
}

func TestAsksUsage(t *testing.T) {
	tests := map[string]bool{
		`{"stream_options":{"include_usage":true}}`:    true,
		`{"stream_options":{"include_usage" : true }}`: true,
		`{"stream_options":{"include_usage":false}}`:   false,
		`{"stream":true}`: false,
	}
	for body, want := range tests {
		if got := workload.AsksUsage([]byte(body)); got != want {
			t.Errorf("AsksUsage(%s) = %v", body, got)
		}
	}
}

func TestAnswerCheck(t *testing.T) {
	whole := workload.Answer()
	tests := map[string]struct {
		body []byte
		ok   bool
	}{
		"the provider's bytes pass":  {whole, true},
		"a cut answer is noticed":    {whole[:100], false},
		"a longer one is noticed":    {append(bytes.Clone(whole), '!'), false},
		"a changed one is noticed":   {bytes.ToUpper(whole), false},
		"an empty answer is noticed": {nil, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			c := workload.NewAnswerCheck()
			for i := range tt.body {
				_ = c.Write(tt.body[i : i+1])
			}
			if err := c.Err(); (err == nil) != tt.ok {
				t.Errorf("Err = %v, want ok %v", err, tt.ok)
			}
		})
	}
}

func TestStreamCheck(t *testing.T) {
	three := bytes.Repeat(workload.Event(), 3)
	tests := map[string]struct {
		stream []byte
		ok     bool
	}{
		"all events and the end pass":         {append(bytes.Clone(three), workload.Done...), true},
		"a stream without its end is noticed": {three, false},
		"a lost event is noticed":             {append(bytes.Repeat(workload.Event(), 2), workload.Done...), false},
		"a usage event nobody asked for is noticed": {
			append(append(bytes.Repeat(workload.Event(), 2), workload.UsageEvent()...), workload.Done...), false},
	}
	for name, tt := range tests {
		for _, size := range []int{1, 7, 1000} {
			t.Run(name, func(t *testing.T) {
				var c workload.StreamCheck
				for rest := tt.stream; len(rest) > 0; {
					n := min(size, len(rest))
					_ = c.Write(rest[:n])
					rest = rest[n:]
				}
				if err := c.Err(3); (err == nil) != tt.ok {
					t.Errorf("in pieces of %d: Err = %v, want ok %v", size, err, tt.ok)
				}
			})
		}
	}
}
