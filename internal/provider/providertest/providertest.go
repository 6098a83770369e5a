// Package providertest is what every kind of provider must pass. The cases of a
// kind are txtar files in its testdata: exchanges as the provider's public
// documentation describes them.
//
// The comment of a file holds lines "name: value": operation, model, strict
// ("false"), status. Its parts are all optional:
//
//	settings.json  {"plain": {…}, "secret": {…}} of the account; "<key>" in it is
//	               the credential. Without this part it is testdata/settings.json
//	request.json   what the caller sends
//	refused        the error the caller gets instead
//	path, header, upstream.json   what goes to the provider
//	answer.json, want.json        its answer, and what the caller gets
//	stream, want-stream           the same of an event stream
//	broken         the error that ends the answer or the stream
//	fault, want-fault.json        the body of an error, and what the caller gets
//	usage.json     {"known": true, "model": "…", "tokens": {…}}
package providertest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/claviger/claviger/internal/llm"
	"github.com/claviger/claviger/internal/provider"
	"github.com/claviger/claviger/internal/secret"
)

// canary is the credential of every account; it must show in no output.
const canary = "sk-canary-0123456789abcdef"

// Run checks adapter against the cases in dir.
func Run(t *testing.T, adapter provider.Adapter, dir string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.txtar"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases in %s: %v", dir, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			c := read(t, file)
			if c.parts["settings.json"] == nil {
				c.parts["settings.json"] = base(t, dir)
			}
			runCase(t, adapter, c)
		})
	}
	bare := testCase{parts: map[string][]byte{}}
	bare.parts["settings.json"] = base(t, dir)
	t.Run("an account does not print its credential", func(t *testing.T) {
		account := compile(t, adapter, bare)
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
			clean(t, "printing an account", fmt.Sprintf(verb, account))
		}
		out, _ := json.Marshal(account)
		clean(t, "encoding an account", string(out))
	})
	t.Run("a host with a metadata address does not compile", func(t *testing.T) {
		s := bare.settings(t, adapter)
		s.Plain = maps.Clone(s.Plain)
		if s.Plain == nil {
			s.Plain = map[string]json.RawMessage{}
		}
		s.Plain[provider.CustomHost] = json.RawMessage(`"http://169.254.169.254"`)
		_, err := adapter.Compile(s)
		if err == nil {
			t.Fatal("it did")
		}
		clean(t, "the error", err.Error())
	})
	t.Run("settings that are not there do no harm", func(t *testing.T) {
		// A caller may name a kind and bring nothing but a key.
		account, err := adapter.Compile(provider.Settings{Key: secret.New(canary)})
		if err != nil {
			clean(t, "the error", err.Error())
			return
		}
		if account.Base() == nil || account.Base().Host == "" {
			t.Error("the account is nowhere")
		}
	})
	t.Run("unknown operations are refused", func(t *testing.T) {
		account := compile(t, adapter, bare)
		if _, err := account.Encode(provider.Call{Operation: "fly", Request: scan(t, []byte("{}"))}); err == nil {
			t.Fatal("it was not")
		}
	})
}

// testCase is one file.
type testCase struct {
	name  string
	about map[string]string
	parts map[string][]byte
}

func read(t *testing.T, file string) testCase {
	t.Helper()
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	c := testCase{name: file, about: map[string]string{}, parts: map[string][]byte{}}
	for line := range strings.Lines(string(archive.Comment)) {
		if name, value, ok := strings.Cut(line, ":"); ok {
			c.about[strings.TrimSpace(name)] = strings.TrimSpace(value)
		}
	}
	for _, f := range archive.Files {
		c.parts[f.Name] = f.Data
	}
	return c
}

// base is the settings of cases that have none of their own; nil for none.
func base(t *testing.T, dir string) []byte {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(dir, "settings.json"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return raw
}

// settings are the case's, not validated.
func (c testCase) settings(t *testing.T, adapter provider.Adapter) provider.Settings {
	t.Helper()
	var stored struct {
		Plain  map[string]json.RawMessage
		Secret map[string]string
	}
	if raw := bytes.ReplaceAll(c.parts["settings.json"], []byte("<key>"), []byte(canary)); len(raw) > 0 {
		if err := json.Unmarshal(raw, &stored); err != nil {
			t.Fatal(err)
		}
	}
	s := provider.Settings{AIProvider: adapter.Spec().ID, Key: secret.New(canary), Plain: stored.Plain, Secret: map[string]secret.String{}}
	if adapter.Spec().HostRequired && stored.Plain == nil {
		s.Plain = map[string]json.RawMessage{provider.CustomHost: json.RawMessage(`"http://model.example.com:8000/v1"`)}
	}
	for name, v := range stored.Secret {
		s.Secret[name] = secret.New(v)
	}
	return s
}

func compile(t *testing.T, adapter provider.Adapter, c testCase) provider.Account {
	t.Helper()
	s := c.settings(t, adapter)
	if problems := adapter.Spec().Validate(s); problems.Err() != nil {
		t.Fatal(problems.Err())
	}
	account, err := adapter.Compile(s)
	if err != nil {
		t.Fatal(err)
	}
	return account
}

func scan(t *testing.T, body []byte) llm.Request {
	t.Helper()
	r, err := llm.Scan(body)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (c testCase) call(t *testing.T) provider.Call {
	t.Helper()
	body := c.parts["request.json"]
	if body == nil {
		body = []byte(`{}`)
	}
	call := provider.Call{
		Operation: provider.Operation(c.about["operation"]),
		Request:   scan(t, bytes.Clone(body)),
		Model:     c.about["model"],
		Strict:    c.about["strict"] != "false",
	}
	if call.Operation == "" {
		call.Operation = provider.Chat
	}
	if call.Model == "" {
		call.Model = call.Request.Model
	}
	return call
}

// clean fails when the credential is in text.
func clean(t *testing.T, what, text string) {
	t.Helper()
	if strings.Contains(text, canary) {
		t.Errorf("%s shows the credential: %s", what, text)
	}
}

// sameJSON fails when two JSON texts say different things.
func sameJSON(t *testing.T, what string, want, got []byte) {
	t.Helper()
	if d := diffJSON(want, got); d != "" {
		t.Errorf("%s:\n%s\ngot %s", what, d, got)
	}
}

// headerLines writes headers the way cases do.
func headerLines(h http.Header) string {
	var b bytes.Buffer
	if err := h.Write(&b); err != nil {
		return err.Error()
	}
	return strings.TrimSpace(strings.ReplaceAll(strings.ReplaceAll(b.String(), "\r\n", "\n"), canary, "<key>"))
}
