package main

import (
	"fmt"
	"strings"

	"github.com/claviger/claviger/internal/secret"
)

// welcome is what the first start tells: the keys that it made, zero when they
// were given, and how to use them.
type welcome struct {
	url, workspace string // the address of the server, the default workspace's slug
	admin, caller  secret.String
}

// text holds the keys: it may go to a terminal or a file of the owner only.
func (w welcome) text() string {
	var b strings.Builder
	b.WriteString("\nClaviger is new here. These keys are shown this once; the store keeps only their hashes.\n\n")
	if !w.admin.IsZero() {
		fmt.Fprintf(&b, "  Organisation admin key, which administers:  %s\n", w.admin.Reveal())
	}
	if !w.caller.IsZero() {
		fmt.Fprintf(&b, "  Workspace key, which calls models and administers its workspace:  %s\n", w.caller.Reveal())
	}
	fmt.Fprintf(&b, steps, shown(w.admin), shown(w.caller), w.url, w.workspace)
	return b.String()
}

// shown is a key as it is pasted: one that was given stays the reader's to fill in.
func shown(key secret.String) string {
	if key.IsZero() {
		return "'the key you gave'"
	}
	return key.Reveal()
}

const steps = `
To store an OpenAI credential and call through it, paste:

  ADMIN=%s
  CALLER=%s
  URL=%s
  OPENAI_API_KEY='sk-...'

  curl "$URL/v1/integrations" -H "x-portkey-api-key: $ADMIN" -H 'Content-Type: application/json' \
    -d '{"name":"OpenAI","slug":"openai","ai_provider_id":"openai","key":"'"$OPENAI_API_KEY"'"}'

  curl -X PUT "$URL/v1/integrations/openai/workspaces" -H "x-portkey-api-key: $ADMIN" -H 'Content-Type: application/json' \
    -d '{"workspaces":[{"id":"%s","enabled":true}]}'

  curl "$URL/v1/chat/completions" -H "Authorization: Bearer $CALLER" -H 'Content-Type: application/json' \
    -d '{"model":"@openai/gpt-4o-mini","messages":[{"role":"user","content":"Hello"}]}'

`
