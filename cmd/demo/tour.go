package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"
)

// slug is what the stored credential is called by.
const slug = "my-openai"

// tour is the walk through the main job. What one step learns, later ones use.
type tour struct {
	out       *printer
	server    *server
	model     *upstream
	workspace string // id of the default workspace
	key       string // the workspace key that step 1 makes
	entries   []string
}

func newTour(out *printer, s *server, m *upstream) *tour {
	out.hide(s.adminKey)
	out.hide(m.key)
	return &tour{out: out, server: s, model: m}
}

// walk runs every step in order; the error names the one that failed.
func (t *tour) walk(ctx context.Context) error {
	steps := []struct {
		title string
		run   func(context.Context) error
	}{
		{"Create a workspace key, for the application that will call models", t.createKey},
		{"Store an OpenAI integration: the credential goes into the vault", t.storeIntegration},
		{"Retrieve it: the credential comes back masked", t.retrieveIntegration},
		{"Grant the workspace access to it", t.grantWorkspace},
		{"Chat through it: the application sends its workspace key, never the credential", t.chat},
		{"Stream through it", t.stream},
		{"See the tokens in the ledger", t.ledger},
	}
	for i, s := range steps {
		t.out.step(s.title)
		if err := s.run(ctx); err != nil {
			return fmt.Errorf("step %d (%s): %w", i+1, s.title, err)
		}
	}
	return nil
}

// do sends a call, prints it and its answer, and wants status 200.
func (t *tour) do(ctx context.Context, c call) (object, http.Header, error) {
	t.out.request(c)
	body, resp, err := fetch(ctx, c)
	if err != nil {
		return nil, nil, err
	}
	var o object
	decoded := json.Unmarshal(body, &o)
	if key := o.text("key"); key != "" {
		t.out.hide(key)
	}
	t.out.answer(resp.Status, body)
	if resp.StatusCode != http.StatusOK {
		return nil, nil, fmt.Errorf("the answer is %s, not 200", resp.Status)
	}
	if decoded != nil {
		return nil, nil, fmt.Errorf("the answer is no JSON object: %w", decoded)
	}
	return o, resp.Header, nil
}

func fetch(ctx context.Context, c call) ([]byte, *http.Response, error) {
	resp, err := c.send(ctx)
	if err != nil {
		return nil, nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return body, resp, err
}

func (t *tour) admin(method, path string, body any) call {
	return call{method: method, url: t.server.url + path, key: t.server.adminKey, body: body}
}

func (t *tour) createKey(ctx context.Context) error {
	list, _, err := fetch(ctx, t.admin(http.MethodGet, "/v1/admin/workspaces", nil))
	if err != nil {
		return err
	}
	var workspaces object
	if err := json.Unmarshal(list, &workspaces); err != nil {
		return fmt.Errorf("list the workspaces: %w", err)
	}
	if t.workspace = workspaces.text("data", 0, "id"); t.workspace == "" {
		return errors.New("there is no default workspace")
	}
	o, _, err := t.do(ctx, t.admin(http.MethodPost, "/v1/api-keys/workspace/service", map[string]any{
		"name": "demo application", "workspace_id": t.workspace,
		"scopes": []string{"completions.write", "models.list", "virtual_keys.list", "providers.list"},
	}))
	if err != nil {
		return err
	}
	if t.key = o.text("key"); t.key == "" {
		return errors.New("the answer holds no key")
	}
	t.out.checked("a new key, shown this once; the store keeps only its hash")
	return nil
}

func (t *tour) storeIntegration(ctx context.Context) error {
	o, _, err := t.do(ctx, t.admin(http.MethodPost, "/v1/integrations", map[string]any{
		"name": "My OpenAI account", "slug": slug, "ai_provider_id": "openai",
		"key": t.model.key, "configurations": map[string]any{"custom_host": t.model.host},
	}))
	if err != nil {
		return err
	}
	if o.text("slug") != slug {
		return fmt.Errorf("the slug is %q, not %q", o.text("slug"), slug)
	}
	t.out.checked("stored as %s", slug)
	return nil
}

func (t *tour) retrieveIntegration(ctx context.Context) error {
	o, _, err := t.do(ctx, t.admin(http.MethodGet, "/v1/integrations/"+slug, nil))
	if err != nil {
		return err
	}
	raw, err := json.Marshal(o)
	if err != nil {
		return err
	}
	masked := o.text("masked_key")
	switch {
	case masked == "":
		return errors.New("masked_key is missing")
	case strings.Contains(string(raw), t.model.key):
		return errors.New("the answer holds the credential itself")
	}
	t.out.checked("the key is there as %s; the credential itself is nowhere in the answer", masked)
	return nil
}

func (t *tour) grantWorkspace(ctx context.Context) error {
	path := "/v1/integrations/" + slug + "/workspaces"
	_, _, err := t.do(ctx, t.admin(http.MethodPut, path, map[string]any{
		"workspaces": []any{map[string]any{"id": t.workspace, "enabled": true}},
	}))
	if err != nil {
		return err
	}
	o, _, err := t.do(ctx, t.admin(http.MethodGet, path, nil))
	if err != nil {
		return err
	}
	if o.at("workspaces", 0, "enabled") != true {
		return errors.New("the workspace is not enabled")
	}
	t.out.checked("the workspace may use it, as @%s", slug)
	return nil
}

func (t *tour) ask(question string, stream bool) call {
	body := map[string]any{
		"model":    t.model.model,
		"messages": []any{map[string]any{"role": "user", "content": question}},
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

// bookedWithin bounds how long an entry may take from its answer to the ledger.
const bookedWithin = 10 * time.Second

func (t *tour) ledger(ctx context.Context) error {
	c := t.admin(http.MethodGet, "/v1/usage/entries?page_size=10", nil)
	// Entries reach the store in batches, a moment after their answers.
	waiting, cancel := context.WithTimeout(ctx, bookedWithin)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for !t.settled(waiting, c) {
		select {
		case <-waiting.Done():
			_, _, _ = t.do(ctx, c) // shows what is there instead
			return errors.New("the ledger has not both answers as closed entries")
		case <-tick.C:
		}
	}
	o, _, err := t.do(ctx, c)
	if err != nil {
		return err
	}
	entries, _ := o.at("data").([]any)
	for i := range entries {
		in, out := o.number("data", i, "usage", "prompt_tokens"), o.number("data", i, "usage", "completion_tokens")
		if slices.Contains(t.entries, o.text("data", i, "id")) && (in <= 0 || out <= 0) {
			return fmt.Errorf("entry %s has %v tokens in and %v out", o.text("data", i, "id"), in, out)
		}
	}
	t.out.checked("both answers are in the ledger, closed, with their tokens")
	return nil
}

// settled reports whether the ledger has all answers of the tour as closed.
func (t *tour) settled(ctx context.Context, c call) bool {
	body, _, err := fetch(ctx, c)
	if err != nil {
		return false
	}
	var o object
	if json.Unmarshal(body, &o) != nil {
		return false
	}
	entries, _ := o.at("data").([]any)
	closed := 0
	for i := range entries {
		if slices.Contains(t.entries, o.text("data", i, "id")) && o.text("data", i, "status") == "closed" {
			closed++
		}
	}
	return closed == len(t.entries)
}
