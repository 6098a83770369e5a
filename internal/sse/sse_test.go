package sse_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/claviger/claviger/internal/sse"
)

func TestNext(t *testing.T) {
	tests := map[string]struct {
		buf  string
		want string // the first frame; "" when there is none
	}{
		"nothing":                                   {"", ""},
		"a frame with LF":                           {"data: a\n\ndata: b\n\n", "data: a\n\n"},
		"a frame with CRLF":                         {"data: a\r\n\r\ndata", "data: a\r\n\r\n"},
		"a frame with CR":                           {"data: a\r\rdata", "data: a\r\r"},
		"a frame with CR at the very end":           {"data: a\r\r", "data: a\r\r"},
		"LF then CRLF":                              {"data: a\n\r\nx", "data: a\n\r\n"},
		"CRLF then LF":                              {"data: a\r\n\nx", "data: a\r\n\n"},
		"CR then CRLF ends at the CR":               {"data: a\r\r\nx", "data: a\r\r"},
		"LF then CR, decided by what follows":       {"data: a\n\rx", "data: a\n\r"},
		"LF then CR at the very end is undecided":   {"data: a\n\r", ""},
		"CRLF then CR at the very end is undecided": {"data: a\r\n\r", ""},
		"a line without its blank line":             {"data: a\n", ""},
		"a line without its end":                    {"data: a", ""},
		"a lone CR ending a line is undecided":      {"data: a\r", ""},
		"several lines":                             {"event: e\ndata: a\n\n", "event: e\ndata: a\n\n"},
		"a blank line first":                        {"\ndata: a\n\n", "\n"},
		"a blank CRLF line first":                   {"\r\ndata: a\n\n", "\r\n"},
		"a blank CR line first":                     {"\rdata: a\n\n", "\r"},
		"only a CR":                                 {"\r", ""},
		"a long line":                               {"data: " + strings.Repeat("x", 5000) + "\r\n\r\nrest", "data: " + strings.Repeat("x", 5000) + "\r\n\r\n"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := sse.Next([]byte(tt.buf)); got != len(tt.want) {
				t.Errorf("Next = %d, want %d", got, len(tt.want))
			}
		})
	}
}

func TestParse(t *testing.T) {
	tests := map[string]struct{ frame, typ, data, id string }{
		"data":                          {"data: a\n\n", "", "a", ""},
		"data without a space":          {"data:a\n\n", "", "a", ""},
		"only one space goes":           {"data:  a\n\n", "", " a", ""},
		"several lines of data":         {"data: a\ndata\ndata: c\n\n", "", "a\n\nc", ""},
		"type, data and id":             {"event: e\ndata: a\nid: 7\n\n", "e", "a", "7"},
		"CRLF":                          {"event: e\r\ndata: a\r\n\r\n", "e", "a", ""},
		"CR":                            {"event: e\rdata: a\r\r", "e", "a", ""},
		"comments are left out":         {": hello\ndata: a\n\n", "", "a", ""},
		"unknown fields are left out":   {"retry: 5\nfoo: b\ndata: a\n\n", "", "a", ""},
		"a byte order mark":             {"\xef\xbb\xbfdata: a\n\n", "", "a", ""},
		"an id with a zero byte":        {"id: a\x00b\ndata: a\n\n", "", "a", ""},
		"a colon in the value":          {"data: {\"a\":1}\n\n", "", `{"a":1}`, ""},
		"names are case-sensitive":      {"Data: a\n\n", "", "", ""},
		"the last type wins":            {"event: a\nevent: b\n\n", "b", "", ""},
		"no blank line at the end":      {"data: a", "", "a", ""},
		"a leading space is no comment": {" data: a\n\n", "", "", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			e := sse.Parse([]byte(tt.frame))
			if string(e.Type) != tt.typ || string(e.Data) != tt.data || string(e.ID) != tt.id {
				t.Errorf("Parse = %q, %q, %q", e.Type, e.Data, e.ID)
			}
		})
	}
	if e := sse.Parse([]byte("data\n\n")); e.Data == nil {
		t.Error("an empty data field reads as none")
	}
	if e := sse.Parse([]byte(": x\n\n")); e.Data != nil || e.Type != nil {
		t.Error("a comment reads as data")
	}
}

func TestEndOfStream(t *testing.T) {
	tests := map[string]struct {
		rest, want string
		ok         bool
	}{
		"nothing left":                  {"", "", false},
		"done with one LF":              {"data: [DONE]\n", "data: [DONE]\n\n", true},
		"done with one CRLF":            {"data: [DONE]\r\n", "data: [DONE]\r\n\r\n", true},
		"done with one CR":              {"data: [DONE]\r", "data: [DONE]\r\r", true},
		"done without a line end":       {"data: [DONE]", "data: [DONE]\n\n", true},
		"a whole line of data":          {"data: {}\n", "data: {}\n\n", true},
		"a line cut off":                {`data: {"a`, "", false},
		"a field name cut off":          {"dat", "", false},
		"the blank line left undecided": {"data: a\r\n\r", "data: a\r\n\r", true},
		"a lone CR":                     {"\r", "\r", true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, ok := sse.EndOfStream([]byte(tt.rest))
			if string(got) != tt.want || ok != tt.ok {
				t.Errorf("EndOfStream = %q, %v; want %q, %v", got, ok, tt.want, tt.ok)
			}
		})
	}
}

func TestEndOfStreamLeavesTheBufferAlone(t *testing.T) {
	buf := []byte("data: [DONE]\nREST")
	sse.EndOfStream(buf[:13])
	if string(buf) != "data: [DONE]\nREST" {
		t.Errorf("buffer is now %q", buf)
	}
}

func TestAppendEvent(t *testing.T) {
	tests := map[string]struct{ typ, data, want string }{
		"data alone":         {"", "a", "data: a\n\n"},
		"with a type":        {"error", "a", "event: error\ndata: a\n\n"},
		"several lines":      {"", "a\nb\r\nc\rd", "data: a\ndata: b\ndata: c\ndata: d\n\n"},
		"an empty last line": {"", "a\n", "data: a\ndata: \n\n"},
		"no data":            {"", "", "data: \n\n"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := string(sse.AppendEvent([]byte("before"), tt.typ, []byte(tt.data)))
			if got != "before"+tt.want {
				t.Errorf("AppendEvent = %q", got)
			}
		})
	}
}

// frames is the reference: it reads one byte after the other.
func frames(stream []byte) (out [][]byte, rest []byte) {
	start, lineStart := 0, 0
	var last byte // of the line end before the current line: 'n', 'c' or 0
	for i := 0; i < len(stream); i++ {
		if stream[i] != '\n' && stream[i] != '\r' {
			continue
		}
		blank := i == lineStart
		end := byte('n')
		if stream[i] == '\r' {
			if blank && last == 'c' {
				end = 'c' // a blank line after a lone CR ends at the CR
			} else if i+1 == len(stream) {
				break // undecided
			} else if stream[i+1] == '\n' {
				i++
			} else {
				end = 'c'
			}
		}
		lineStart = i + 1
		last = end
		if blank {
			out = append(out, stream[start:i+1])
			start, last = i+1, 0
		}
	}
	return out, stream[start:]
}

func FuzzFrames(f *testing.F) {
	f.Add([]byte("data: a\n\nevent: e\r\ndata: b\r\n\r\ndata: c\r\r\n\r\n\rdata: [DONE]\n"))
	f.Add([]byte("\r\n\r\r\n\n\r"))
	f.Add([]byte("\xef\xbb\xbf: c\n\ndata\ndata:x\n\n"))
	f.Fuzz(func(t *testing.T, stream []byte) {
		if len(stream) > 300 {
			stream = stream[:300]
		}
		want, wantRest := frames(stream)
		for cut := range len(stream) + 1 {
			var got [][]byte
			buf := []byte{}
			for _, part := range [][]byte{stream[:cut], stream[cut:]} {
				buf = append(buf, part...)
				for n := sse.Next(buf); n > 0; n = sse.Next(buf) {
					got = append(got, slices.Clone(buf[:n]))
					buf = buf[n:]
				}
			}
			if !slices.EqualFunc(got, want, bytes.Equal) || !bytes.Equal(buf, wantRest) {
				t.Fatalf("cut at %d of %q: frames %q rest %q; want %q rest %q", cut, stream, got, buf, want, wantRest)
			}
		}
		for _, frame := range want {
			sse.Parse(frame)
		}
		if frame, ok := sse.EndOfStream(wantRest); ok && sse.Next(frame) == 0 && !bytes.HasSuffix(frame, []byte("\r")) {
			t.Fatalf("EndOfStream left %q incomplete", frame)
		}
		again := sse.AppendEvent(nil, "", stream)
		if n := sse.Next(again); n != len(again) {
			t.Fatalf("a written event is not one frame: %q", again)
		}
		lines := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(string(stream))
		if got := sse.Parse(again).Data; string(got) != lines {
			t.Fatalf("written %q, read %q", lines, got)
		}
	})
}

func BenchmarkFrame(b *testing.B) {
	frame := []byte(`data: {"id":"chatcmpl-abc","object":"chat.completion.chunk","created":1700000000,"model":"gpt-4o-mini","choices":[{"index":0,"delta":{"content":" word"},"finish_reason":null}]}` + "\n\n")
	buf := bytes.Repeat(frame, 50)
	b.ReportAllocs()
	b.SetBytes(int64(len(frame)))
	for b.Loop() {
		if n := sse.Next(buf); n != len(frame) || sse.Parse(buf[:n]).Data == nil {
			b.Fatal("not a frame")
		}
	}
}
