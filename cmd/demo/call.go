package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// call is one request to the server.
type call struct {
	method, url, key string
	headers          []string // pairs of name and value
	body             any      // nil: none
}

// client bounds a call as a whole; a model may take its time to answer.
var client = &http.Client{Timeout: 5 * time.Minute}

func (c call) send(ctx context.Context) (*http.Response, error) {
	var body io.Reader
	if c.body != nil {
		body = strings.NewReader(c.json())
	}
	req, err := http.NewRequestWithContext(ctx, c.method, c.url, body)
	if err != nil {
		return nil, err
	}
	req.Header.Set("x-portkey-api-key", c.key)
	if c.body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(c.headers); i += 2 {
		req.Header.Set(c.headers[i], c.headers[i+1])
	}
	return client.Do(req)
}

// answer is a response read to its end.
type answer struct {
	status string // "200 OK"
	ok     bool   // the status is 200
	header http.Header
	body   []byte
}

// fetch sends the call and reads the answer.
func (c call) fetch(ctx context.Context) (answer, error) {
	resp, err := c.send(ctx)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return answer{resp.Status, resp.StatusCode == http.StatusOK, resp.Header, body}, err
}

func (c call) json() string {
	data, err := json.Marshal(c.body)
	if err != nil {
		return err.Error() // bodies here are maps of plain values
	}
	return string(data)
}

func (c call) moreHeaders() string {
	var b strings.Builder
	for i := 0; i+1 < len(c.headers); i += 2 {
		fmt.Fprintf(&b, " \\\n       -H '%s: %s'", c.headers[i], c.headers[i+1])
	}
	return b.String()
}

func (c call) data() string {
	if c.body == nil {
		return ""
	}
	return " \\\n       -H 'content-type: application/json' -d '" + c.json() + "'"
}

// object is a decoded JSON object.
type object map[string]any

// at walks a path of keys and indexes; it is nil where there is nothing.
func (o object) at(path ...any) any {
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

func (o object) text(path ...any) string {
	s, _ := o.at(path...).(string)
	return s
}

func (o object) number(path ...any) float64 {
	n, _ := o.at(path...).(float64)
	return n
}
