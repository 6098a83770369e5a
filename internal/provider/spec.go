package provider

import (
	"encoding/json"
	"slices"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/secret"
)

// Spec declares a kind of provider. Validation, masking, the schema of the
// admin API and the documentation come from it. A Spec is a value: nobody
// changes one after it was made.
type Spec struct {
	ID   string // ai_provider_id: "openai"
	Name string // for people: "OpenAI"
	// Base is where calls go when there is no custom host, for people to read:
	// "https://{azure_resource_name}.openai.azure.com/openai".
	Base string
	// KeyRequired: an integration needs a key, or a mapping that gives it,
	// whatever its mode of authentication.
	KeyRequired bool
	// HostRequired: there is no default base URL, so custom_host must be set.
	HostRequired bool
	// Auth are the ways to authenticate, when there is more than one.
	Auth Auth
	// Fields are the kind's own configuration fields, without the one that
	// Auth declares. custom_host and custom_headers are common to all kinds
	// and not listed.
	Fields []Field
	// Check finds what the fields' own rules cannot say; nil when there is no
	// such thing. It must cope with settings that broke those rules.
	Check func(Settings) claviger.Problems
	// Operations can be called; nil is all of them.
	Operations []Operation
	// NotCallable says why the gateway cannot call the kind at all; "" when it
	// can.
	NotCallable string
}

// Auth are the ways in which a kind authenticates.
type Auth struct {
	Field string // the configuration field that names the mode; "" for none
	Help  string
	Modes []Mode
	// Default is the mode of virtual keys made by older clients, which name
	// none. An integration has to name one.
	Default string
}

// Mode is one way to authenticate.
type Mode struct {
	Name  string // the value of the Auth's field
	Help  string
	Needs []string // fields, and "key", that must be there
	Uses  []string // such that may be there besides, and mean nothing to other modes
	// Ambient modes act with an identity of the server's own, so the operator
	// has to allow them before they are called.
	Ambient bool
	// NotCallable says why the gateway cannot call with this mode; "" when it
	// can.
	NotCallable string
}

// Type is what a field's value is. The zero value is Text.
type Type int

// The types. Null stands for an absent value of each.
const (
	Text      Type = iota // a string
	Bool                  // true or false
	Number                // any JSON number
	List                  // an array of objects with fields of their own
	Object                // an object with fields of its own among others, or that object as a string
	StringMap             // an object of strings, which are headers
)

// Format is what a text has to look like. The zero value is Line.
type Format int

// The formats.
const (
	Line      Format = iota // one line of anything
	Label                   // one part of a host name: letters, digits, inner hyphens
	Domain                  // such parts and underscores, joined by dots
	Segment                 // one segment of a URL's path
	PublicURL               // a base URL whose host is public, by the rules of CheckHost
)

// Field declares one configuration field. A field that no Spec declares is
// sensitive.
type Field struct {
	Name     string // its wire name
	Help     string
	Type     Type
	Format   Format // of a Text
	Required bool
	// RequiredUnless names the bool beside it that makes the field optional
	// when true; "" for none.
	RequiredUnless string
	// NeedsKey: the key is required when this Bool is true.
	NeedsKey bool
	Secret   bool
	// Address: the value is part of where requests go.
	Address bool
	Choices []string // of a Text; nil: any
	Max     int      // longest Text in bytes; 0: 8192, and 65536 for a secret
	Default string   // what an absent value means, as JSON, for people; "" for nothing
	Fields  []Field  // of each object of a List, or of an Object
}

// Settings is what an integration stores, opened: the key, the configuration
// fields that are plain, as JSON values, and those that are secret.
type Settings struct {
	AIProvider string // the integration's kind
	Key        secret.String
	Plain      map[string]json.RawMessage
	Secret     map[string]secret.String // JSON strings decoded; other values as JSON text
	// Mapped names the fields, or "key", that a secret mapping will give, so
	// that a required one may be missing.
	Mapped []string
}

// AllFields are the fields of the kind in the order people should see them: the
// one that names the mode first, those of every kind last.
func (k Spec) AllFields() []Field {
	var out []Field
	if k.Auth.Field != "" {
		f := Field{Name: k.Auth.Field, Help: k.Auth.Help, Required: true}
		for _, m := range k.Auth.Modes {
			f.Choices = append(f.Choices, m.Name)
		}
		out = append(out, f)
	}
	return append(append(out, k.Fields...),
		Field{Name: CustomHost, Required: k.HostRequired,
			Help: "Base URL to call in place of the kind's own"},
		Field{Name: CustomHeaders, Type: StringMap, Secret: true,
			Help: "Headers to send with every request; they replace the kind's own of the same name"})
}

// Mode is the mode of authentication that s names; zero when it names none or
// one that there is not.
func (k Spec) Mode(s Settings) Mode {
	name := s.Text(k.Auth.Field)
	for _, m := range k.Auth.Modes {
		if m.Name == name {
			return m
		}
	}
	return Mode{}
}

// NeededIn are the modes that need the field of that name, or "key".
func (a Auth) NeededIn(name string) []string {
	var out []string
	for _, m := range a.Modes {
		if slices.Contains(m.Needs, name) {
			out = append(out, m.Name)
		}
	}
	return out
}

// field finds a declared field.
func (k Spec) field(name string) (Field, bool) {
	for _, f := range k.AllFields() {
		if f.Name == name {
			return f, true
		}
	}
	return Field{}, false
}
