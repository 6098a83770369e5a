package harness

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/claviger/claviger/test/exchange"
)

// Client sends requests with one key. It is a value, safe to copy.
type Client struct {
	URL string
	Key string // "" sends none
	t   testing.TB
}

// Response is an answer read to its end.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
}

// Do sends a request. A body of type string or []byte goes as it is, anything
// else as JSON; nil sends none. headers come in pairs of name and value. The
// test fails when there is no answer.
func (c Client) Do(method, path string, body any, headers ...string) Response {
	c.t.Helper()
	resp, err := c.Try(method, path, body, headers...)
	if err != nil {
		c.t.Fatalf("%s %s: %v", method, path, err)
	}
	return resp
}

// Try is [Client.Do] for requests that may stay without an answer.
func (c Client) Try(method, path string, body any, headers ...string) (Response, error) {
	req, err := c.Request(method, path, body, headers...)
	if err != nil {
		return Response{}, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return Response{}, err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		return Response{}, err
	}
	err = exchange.Record(exchange.Exchange{
		Method: method, Path: req.URL.EscapedPath(), Status: resp.StatusCode, ContentType: resp.Header.Get("Content-Type"), Body: data,
	})
	return Response{resp.StatusCode, resp.Header, data}, err
}

// Request makes what [Client.Do] sends.
func (c Client) Request(method, path string, body any, headers ...string) (*http.Request, error) {
	var r io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		r = strings.NewReader(b)
	case []byte:
		r = bytes.NewReader(b)
	default:
		data, err := json.Marshal(b)
		if err != nil {
			return nil, err
		}
		r = bytes.NewReader(data)
	}
	req, err := http.NewRequest(method, c.URL+path, r)
	if err != nil {
		return nil, err
	}
	if r != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if c.Key != "" {
		req.Header.Set("x-portkey-api-key", c.Key)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	return req, nil
}

// Must sends a request that has to succeed, and returns the JSON object of the
// answer.
func (c Client) Must(method, path string, body any, headers ...string) Object {
	c.t.Helper()
	resp := c.Do(method, path, body, headers...)
	if resp.Status != http.StatusOK {
		c.t.Fatalf("%s %s: status %d, want 200: %s", method, path, resp.Status, resp.Body)
	}
	obj, err := resp.Object()
	if err != nil {
		c.t.Fatalf("%s %s: %v: %s", method, path, err, resp.Body)
	}
	return obj
}

// Object is a decoded JSON object.
type Object map[string]any

// Object decodes the body.
func (r Response) Object() (Object, error) {
	var o Object
	err := json.Unmarshal(r.Body, &o)
	return o, err
}

// At walks a path of object keys and array indexes; it is nil where there is
// nothing.
func (o Object) At(path ...any) any {
	var v any = map[string]any(o)
	for _, p := range path {
		switch p := p.(type) {
		case string:
			m, _ := v.(map[string]any)
			v = m[p]
		case int:
			a, _ := v.([]any)
			if p >= len(a) {
				return nil
			}
			v = a[p]
		}
	}
	return v
}

// Text is [Object.At] as text, "" where there is nothing.
func (o Object) Text(path ...any) string {
	v := o.At(path...)
	if v == nil {
		return ""
	}
	return fmt.Sprint(v)
}
