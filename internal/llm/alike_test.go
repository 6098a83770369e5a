package llm

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// wary is a decoder that takes no frame for an earlier one.
func wary(r Request) *Decoder {
	d := NewDecoder(r)
	d.alike.tries = maxTries
	return d
}

// chunkOf draws a frame of a stream that repeats itself as real ones do, with
// texts made to be mistaken for something else.
func chunkOf(t *rapid.T) string {
	text := rapid.OneOf(rapid.SampledFrom([]string{"", " word", "error", "usage", "finish_reason", `\"error`, `\"usage\":{`, `\\`, `\`, `\n`,
		"\n", "\r", `"`, `","content":"x`, `"},"finish_reason":"stop`, `"}],"usage":{"total_tokens":3},"x":[{"y":"`, "é"}),
		rapid.StringN(0, 4, 8)).Draw(t, "text")
	field := rapid.SampledFrom([]string{"content", "content", "content", "refusal", "role", "reasoning"}).Draw(t, "field")
	model := rapid.SampledFrom([]string{`"model":"m",`, `"model":"m",`, `"model":"n",`, ""}).Draw(t, "model")
	after := rapid.SampledFrom([]string{"", "", `,"finish_reason":null`, `,"finish_reason":""`, `,"finish_reason":"stop"`}).Draw(t, "after")
	rest := rapid.SampledFrom([]string{"", "", `,"usage":null`, `,"error":null`, `,"error":{"message":"no"}`, `,"usage":{"prompt_tokens":1,"completion_tokens":2}`,
		`,"usage":{"prompt_tokens":0,"completion_tokens":0}`, `,"usage":{"prompt_tokens":1,"completion_tokens":20}`}).Draw(t, "rest")
	pad := ""
	if rapid.Bool().Draw(t, "padded") {
		pad = fmt.Sprintf(`,"obfuscation":"%s"`, rapid.SampledFrom([]string{"", "a", "abcdef", `\"`, "error"}).Draw(t, "pad"))
	}
	end := rapid.SampledFrom([]string{"\n\n", "\n\n", "\r\n\r\n", "\nevent: error\n\n"}).Draw(t, "end")
	if rapid.IntRange(0, 9).Draw(t, "no choices") == 0 {
		return `data: {` + model + `"choices":[]` + rest + `}` + end
	}
	return `data: {` + model + `"choices":[{"delta":{"` + field + `":"` + text + `"}` + after + `}]` + rest + pad + `}` + end
}

func TestFramesTakenForEarlierOnesAreReadAsIfTheyWereNot(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := Request{IncludeUsage: rapid.Bool().Draw(t, "asked")}
		quick, slow := NewDecoder(r), wary(r)
		kinds := rapid.SliceOfN(rapid.Custom(chunkOf), 1, 4).Draw(t, "kinds")
		for range rapid.IntRange(1, 12).Draw(t, "frames") {
			frame := []byte(rapid.SampledFrom(kinds).Draw(t, "kind"))
			if rapid.Bool().Draw(t, "other text") {
				frame = []byte(strings.Replace(string(frame), "word", rapid.SampledFrom([]string{"words", "error", `\"`, "\n"}).Draw(t, "instead"), 1))
			}
			got, last, err := quick.Frame(nil, frame)
			want, wantLast, wantErr := slow.Frame(nil, frame)
			if string(got) != string(want) || last != wantLast || (err == nil) != (wantErr == nil) {
				t.Fatalf("%q: %q %v %v, want %q %v %v", frame, got, last, err, want, wantLast, wantErr)
			}
			gotUse, known := quick.Usage()
			wantUse, wantKnown := slow.Usage()
			if diff := cmp.Diff(wantUse, gotUse); diff != "" || known != wantKnown || quick.finished != slow.finished {
				t.Fatalf("%q: known %v, finished %v\n%s", frame, known, quick.finished, diff)
			}
		}
	})
}

func TestChunksOfOneTextAreTakenForEarlierOnes(t *testing.T) {
	tests := map[string]struct{ first, second string }{
		"another text":             {contentFrame, strings.Replace(contentFrame, " word", "n", 1)},
		"an escape in the text":    {contentFrame, strings.Replace(contentFrame, " word", `\n\"`, 1)},
		"no text any more":         {contentFrame, strings.Replace(contentFrame, " word", "", 1)},
		"padding of other lengths": {strings.Replace(contentFrame, "}\n", `,"obfuscation":"abc"}`+"\n", 1), strings.Replace(contentFrame, "}\n", `,"obfuscation":""}`+"\n", 1)},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			d := NewDecoder(Request{})
			for _, f := range []string{roleFrame, tt.first} {
				if _, _, err := d.Frame(nil, []byte(f)); err != nil {
					t.Fatal(err)
				}
			}
			if _, ok := d.alike.text([]byte(tt.second)); !ok {
				t.Error("it is not")
			}
		})
	}
}
