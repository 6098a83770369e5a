package wire_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/claviger/claviger/bench/internal/wire"
)

func readAll(src io.Reader) (wire.Head, string, error) {
	r := wire.NewReader(src)
	h, err := r.ReadHead()
	if err != nil {
		return h, "", err
	}
	var body bytes.Buffer
	err = r.ReadBody(h, func(p []byte) error { body.Write(p); return nil })
	return h, body.String(), err
}

func TestReader(t *testing.T) {
	tests := map[string]struct {
		in      string
		status  int
		body    string
		close   bool
		wantErr bool
	}{
		"a body with a length is read to its end": {
			in: "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhellomore", status: 200, body: "hello"},
		"header names match in any case": {
			in: "HTTP/1.1 200 OK\r\ncontent-LENGTH:2\r\n\r\nhi", status: 200, body: "hi"},
		"chunks are joined and trailers skipped": {
			in:     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nT: v\r\n\r\n",
			status: 200, body: "abcde"},
		"a refusal keeps its status": {
			in: "HTTP/1.1 429 Too Many Requests\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", status: 429, close: true},
		"a request without a body has an empty one": {
			in: "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"},
		"a cut length is an error": {
			in: "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello", status: 200, body: "hello", wantErr: true},
		"a cut chunked body is an error": {
			in:     "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
			status: 200, body: "abc", wantErr: true},
		"a response that only ends with its connection is an error": {
			in: "HTTP/1.1 200 OK\r\n\r\nhello", status: 200, wantErr: true},
		"a bad chunk size is an error": {
			in: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", status: 200, wantErr: true},
	}
	for name, tt := range tests {
		for how, wrap := range map[string]func(io.Reader) io.Reader{
			"at once": func(r io.Reader) io.Reader { return r }, "byte by byte": iotest.OneByteReader,
		} {
			t.Run(name+" "+how, func(t *testing.T) {
				h, body, err := readAll(wrap(strings.NewReader(tt.in)))
				if (err != nil) != tt.wantErr {
					t.Fatalf("error = %v, want one: %v", err, tt.wantErr)
				}
				if h.Status != tt.status || body != tt.body || h.Close != tt.close {
					t.Errorf("got %d %q close=%v, want %d %q close=%v",
						h.Status, body, h.Close, tt.status, tt.body, tt.close)
				}
			})
		}
	}
}

func TestReadHeadTellsACleanEnd(t *testing.T) {
	if _, err := wire.NewReader(strings.NewReader("")).ReadHead(); !errors.Is(err, io.EOF) {
		t.Errorf("error = %v, want io.EOF", err)
	}
	if _, err := wire.NewReader(strings.NewReader("HTTP/1.1 2")).ReadHead(); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("error = %v, want io.ErrUnexpectedEOF", err)
	}
}

func FuzzReader(f *testing.F) {
	f.Add("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n")
	f.Add("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc")
	f.Fuzz(func(t *testing.T, in string) {
		h1, b1, e1 := readAll(strings.NewReader(in))
		h2, b2, e2 := readAll(iotest.OneByteReader(strings.NewReader(in)))
		if h1.Status != h2.Status || b1 != b2 || (e1 == nil) != (e2 == nil) {
			t.Errorf("reading in pieces changes the answer: %q/%v and %q/%v", b1, e1, b2, e2)
		}
	})
}
