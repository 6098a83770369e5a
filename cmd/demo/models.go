package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
)

func (t *tour) ask(question string, stream bool) call {
	body := map[string]any{
		"model":    t.model.model,
		"messages": []any{map[string]any{"role": "user", "content": question}},
		// Small local models do not know when to stop.
		"max_tokens": 60,
	}
	if stream {
		body["stream"] = true
		body["stream_options"] = map[string]any{"include_usage": true}
	}
	return call{
		method: http.MethodPost, url: t.server.url + "/v1/chat/completions", key: t.key,
		headers: []string{"x-portkey-provider", "@" + slug}, body: body,
	}
}

func (t *tour) chat(ctx context.Context) error {
	o, header, err := t.do(ctx, t.ask("Who was Claviger in ancient Rome? One sentence.", false))
	if err != nil {
		return err
	}
	switch {
	case strings.TrimSpace(o.text("choices", 0, "message", "content")) == "":
		return errors.New("the model answered nothing")
	case o.number("usage", "completion_tokens") <= 0:
		return errors.New("the answer says no usage")
	}
	return t.booked(header)
}

// booked notes the ledger entry that an answer names.
func (t *tour) booked(header http.Header) error {
	id := header.Get("x-claviger-entry-id")
	if id == "" {
		return errors.New("the answer has no x-claviger-entry-id")
	}
	t.entries = append(t.entries, id)
	t.out.checked("answered, and booked as ledger entry %s", id)
	return nil
}

func (t *tour) stream(ctx context.Context) error {
	c := t.ask("Name three things worth locking away.", true)
	t.out.request(c)
	resp, err := c.send(ctx)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		body, _ := io.ReadAll(resp.Body) // what there is of the error
		t.out.answer(resp.Status, body)
		return fmt.Errorf("the answer is %s, not 200", resp.Status)
	}
	t.out.say("   %s, as it arrives:", resp.Status)
	t.out.piece("   ")
	words, tokens, err := t.follow(resp.Body)
	t.out.say("")
	switch {
	case err != nil:
		return err
	case words == 0:
		return errors.New("the stream said nothing")
	case tokens <= 0:
		return errors.New("the stream ended without its usage")
	}
	return t.booked(resp.Header)
}

// follow prints a stream's words as they come. It returns how many pieces came,
// how many tokens the stream said it used, and an error if it broke off.
func (t *tour) follow(body io.Reader) (pieces int, tokens float64, err error) {
	lines := bufio.NewScanner(body)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		data, ok := strings.CutPrefix(lines.Text(), "data:")
		if data = strings.TrimSpace(data); !ok {
			continue
		}
		if data == "[DONE]" {
			return pieces, tokens, nil
		}
		var event object
		if err := json.Unmarshal([]byte(data), &event); err != nil {
			return pieces, tokens, fmt.Errorf("an event is no JSON: %w", err)
		}
		if message := event.text("error", "message"); message != "" {
			return pieces, tokens, fmt.Errorf("the stream failed: %s", message)
		}
		if text := event.text("choices", 0, "delta", "content"); text != "" {
			pieces++
			t.out.piece(strings.ReplaceAll(text, "\n", "\n   "))
		}
		tokens = max(tokens, event.number("usage", "total_tokens"))
	}
	if err := lines.Err(); err != nil {
		return pieces, tokens, err
	}
	return pieces, tokens, errors.New("the stream broke off before its end")
}
