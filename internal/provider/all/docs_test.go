package all_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/claviger/claviger/internal/provider"
	"github.com/claviger/claviger/internal/provider/all"
)

var update = flag.Bool("update", false, "write docs/providers.md anew")

const page = "../../../docs/providers.md"

// TestDocumentation holds docs/providers.md against what the kinds declare. "go
// test ./internal/provider/all -update" writes it anew.
func TestDocumentation(t *testing.T) {
	var w bytes.Buffer
	document(&w)
	if *update {
		if err := os.WriteFile(page, w.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, w.Bytes()) {
		t.Error("docs/providers.md is stale; run go test ./internal/provider/all -update")
	}
}

const intro = `# Providers

This page is generated from what each kind of provider declares; do not edit it.

An integration has an ` + "`ai_provider_id`, a `key` and `configurations`" + `. The tables below say which fields each kind
has. A *secret* field is sealed, and shown as ` + "`masked_` and its name" + `; so is every field that no table names. A field that
a secret mapping fills counts as present. Every kind also takes:

| Field | What it is |
|---|---|
`

const modes = `
*Calls* are the operations that the gateway sends on; a provider may have fewer. Modes marked *server's identity* act
with an identity of the server's own; the operator has to allow them before they are called. When an integration changes
its mode, what only the mode before needed or could use is forgotten, secrets and secret mappings too.

Any other ` + "`ai_provider_id`" + ` is accepted with a ` + "`custom_host`" + ` that speaks OpenAI's dialect; its key is optional.
`

func document(w *bytes.Buffer) {
	w.WriteString(intro)
	for _, f := range (provider.Spec{}).AllFields() {
		fmt.Fprintf(w, "| `%s` | %s |\n", f.Name, help(provider.Spec{}, f))
	}
	w.WriteString(modes)
	registry := all.Registry()
	var simple []provider.Spec
	for _, id := range registry.IDs() {
		spec := registry.Adapter(id).Spec()
		if len(spec.Fields) == 0 && spec.Auth.Field == "" {
			simple = append(simple, spec)
			continue
		}
		kind(w, spec)
	}
	w.WriteString("\n## Providers that need only a key\n\n| Id | Provider | Base URL | Calls |\n|---|---|---|---|\n")
	for _, spec := range simple {
		base := "`" + spec.Base + "`"
		switch {
		case spec.HostRequired:
			base = "`custom_host`, required; the key is optional"
		case spec.NotCallable != "":
			base = "none"
		}
		fmt.Fprintf(w, "| `%s` | %s | %s | %s |\n", spec.ID, spec.Name, base, calls(spec.NotCallable, spec.Operations))
	}
}

func kind(w *bytes.Buffer, spec provider.Spec) {
	fmt.Fprintf(w, "\n## %s\n\n`ai_provider_id`: `%s`. Base URL: `%s`.\n", spec.Name, spec.ID, spec.Base)
	if spec.KeyRequired {
		w.WriteString("A key is required.\n")
	}
	fmt.Fprintf(w, "Calls: %s.\n", calls(spec.NotCallable, spec.Operations))
	if spec.Auth.Field != "" {
		fmt.Fprintf(w, "\n| `%s` | What it is | Needs | Calls |\n|---|---|---|---|\n", spec.Auth.Field)
		for _, m := range spec.Auth.Modes {
			what := m.Help
			if m.Ambient {
				what += " *(server's identity)*"
			}
			why := m.NotCallable
			if spec.NotCallable != "" {
				why = spec.NotCallable
			}
			fmt.Fprintf(w, "| `%s` | %s | %s | %s |\n", m.Name, what, needs(m), callable(why))
		}
	}
	w.WriteString("\n| Field | Type | What it is |\n|---|---|---|\n")
	for _, f := range spec.Fields {
		fmt.Fprintf(w, "| `%s` | %s | %s |\n", f.Name, typeName(f), help(spec, f))
		for _, m := range f.Fields {
			fmt.Fprintf(w, "| `%s.%s` | %s | %s |\n", f.Name+map[bool]string{true: "[]"}[f.Type == provider.List], m.Name, typeName(m), help(provider.Spec{}, m))
		}
	}
}

func callable(why string) string {
	if why == "" {
		return "yes"
	}
	return "no: " + why
}

// calls says which operations can be called.
func calls(why string, operations []provider.Operation) string {
	if why != "" {
		return callable(why)
	}
	if operations == nil {
		operations = []provider.Operation{provider.Chat, provider.Complete, provider.Embed}
	}
	names := map[provider.Operation]string{
		provider.Chat: "chat", provider.Complete: "completions", provider.Embed: "embeddings",
	}
	var out []string
	for _, op := range operations {
		out = append(out, names[op])
	}
	return strings.Join(out, ", ")
}

func needs(m provider.Mode) string {
	said := "nothing more"
	if len(m.Needs) > 0 {
		said = "`" + strings.Join(m.Needs, "`, `") + "`"
	}
	if len(m.Uses) > 0 {
		said += "; optional: `" + strings.Join(m.Uses, "`, `") + "`"
	}
	return said
}

func typeName(f provider.Field) string {
	name := map[provider.Type]string{
		provider.Text: "text", provider.Bool: "true or false", provider.Number: "number",
		provider.List: "list of objects", provider.Object: "object", provider.StringMap: "object of texts",
	}[f.Type]
	if f.Secret {
		name = "secret " + name
	}
	return name
}

// help is everything a field's declaration says besides its type.
func help(spec provider.Spec, f provider.Field) string {
	said := []string{f.Help}
	if when := spec.RequiredWhen(f); when != "" {
		said = append(said, when)
	}
	if f.Max > 0 {
		said = append(said, fmt.Sprintf("At most %d bytes", f.Max))
	}
	if f.Default != "" {
		said = append(said, "Default `"+f.Default+"`")
	}
	return strings.Join(said, ". ") + "."
}
