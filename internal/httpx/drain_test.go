package httpx

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// refusing is a server that takes bodies of 8 bytes.
func refusing(t *testing.T) string {
	log := slog.New(slog.DiscardHandler)
	srv := httptest.NewServer(Guard(log, nil, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		err := LimitBody(w, r, 8)
		if err == nil {
			_, err = io.ReadAll(r.Body)
		}
		if err != nil {
			WriteAdmin(w, log, err)
		}
	})))
	t.Cleanup(srv.Close)
	return strings.TrimPrefix(srv.URL, "http://")
}

// Some clients, Python's urllib among them, read nothing before they have sent
// everything.
func TestAClientThatSendsBeforeItReadsIsToldThatTheBodyIsTooLarge(t *testing.T) {
	const size = 40 << 20
	chunk := bytes.Repeat([]byte("x"), 1<<20)
	tests := map[string]struct {
		header, before, after, end string
	}{
		"a declared body": {header: fmt.Sprintf("Content-Length: %d", size)},
		"one in chunks":   {"Transfer-Encoding: chunked", fmt.Sprintf("%x\r\n", len(chunk)), "\r\n", "0\r\n\r\n"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			conn, err := net.Dial("tcp", refusing(t))
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			parts := []string{"POST / HTTP/1.1\r\nHost: x\r\n" + tt.header + "\r\n\r\n"}
			for range size / len(chunk) {
				parts = append(parts, tt.before+string(chunk)+tt.after)
			}
			for n, part := range append(parts, tt.end) {
				if _, err := io.WriteString(conn, part); err != nil {
					t.Fatalf("part %d: %v", n, err)
				}
			}
			res, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			body, err := io.ReadAll(res.Body)
			if res.StatusCode != http.StatusRequestEntityTooLarge || !res.Close || !bytes.Contains(body, []byte("AB01")) || err != nil {
				t.Errorf("%d, closing %v: %s, %v", res.StatusCode, res.Close, body, err)
			}
		})
	}
}

func TestARefusedBodyWithoutAnEndIsCutOff(t *testing.T) {
	conn, err := net.Dial("tcp", refusing(t))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n", int64(1)<<40)
	chunk := make([]byte, 1<<20)
	for range 16 * maxDrain / len(chunk) {
		if _, err = conn.Write(chunk); err != nil {
			return
		}
	}
	t.Error("the server took in far more than it should")
}

func TestAClientThatAsksFirstIsToldAtOnce(t *testing.T) {
	conn, err := net.Dial("tcp", refusing(t))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	io.WriteString(conn, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\nExpect: 100-continue\r\n\r\n")
	answer, err := io.ReadAll(conn) // ends when the server hangs up
	if err != nil || !bytes.HasPrefix(answer, []byte("HTTP/1.1 413 ")) {
		t.Errorf("%s, %v", answer, err)
	}
}
