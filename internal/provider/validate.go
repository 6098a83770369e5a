package provider

import (
	"encoding/json"
	"slices"
	"strconv"

	claviger "github.com/claviger/claviger"
)

// Bounds of values.
const (
	maxText   = 8 << 10  // bytes of a text or a key
	maxSecret = 64 << 10 // bytes of a secret, which may be a document
	maxItems  = 256      // of a list
)

const required = "is required"

// Validate returns everything that is wrong with s, by the paths of the admin
// API: "key", "configurations.openai_project",
// "configurations.azure_deployment_config[1].alias". No message holds a value.
// Which addresses custom_host may name depends on who names it, so what it says
// is left to [CheckHost].
func (k Spec) Validate(s Settings) claviger.Problems {
	var p claviger.Problems
	mode := k.Mode(s)
	k.checkKey(s, mode, &p)
	for _, f := range k.AllFields() {
		if slices.Contains(s.Mapped, f.Name) {
			continue
		}
		at := "configurations." + f.Name
		raw := s.raw(f)
		switch {
		case !absent(raw):
			f.check(at, raw, &p)
		case f.Required:
			p.Add(at, required)
		case slices.Contains(mode.Needs, f.Name):
			p.Add(at, required+" when "+k.Auth.Field+" is "+mode.Name)
		}
	}
	if k.Check != nil {
		p = append(p, k.Check(s)...)
	}
	return p
}

func (k Spec) checkKey(s Settings, mode Mode, p *claviger.Problems) {
	if !s.Key.IsZero() {
		if problem := checkLine(s.Key.Reveal()); problem != "" {
			p.Add("key", problem)
		}
		return
	}
	if slices.Contains(s.Mapped, "key") {
		return
	}
	if k.KeyRequired {
		p.Add("key", required)
		return
	}
	if slices.Contains(mode.Needs, "key") {
		p.Add("key", required+" when "+k.Auth.Field+" is "+mode.Name)
		return
	}
	if name := k.keyAnyway(s); name != "" {
		p.Add("key", required+" when "+name+" is true")
	}
}

// raw is the value of f in s as JSON, wherever it is kept; nil when there is
// none.
func (s Settings) raw(f Field) json.RawMessage {
	if raw, ok := s.Plain[f.Name]; ok {
		return raw
	}
	v, ok := s.Secret[f.Name]
	if !ok {
		return nil
	}
	if f.Type != Text {
		return json.RawMessage(v.Reveal())
	}
	quoted, _ := json.Marshal(v.Reveal()) // strings always encode
	return quoted
}

// absent reports whether raw says nothing: it is missing, null or empty.
func absent(raw json.RawMessage) bool {
	return len(raw) == 0 || string(raw) == "null" || string(raw) == `""`
}

// check adds what is wrong with a value that is there.
func (f Field) check(at string, raw json.RawMessage, p *claviger.Problems) {
	switch f.Type {
	case Text:
		var v string
		if json.Unmarshal(raw, &v) != nil {
			p.Add(at, "must be a string")
		} else if problem := f.checkText(v); problem != "" {
			p.Add(at, problem)
		}
	case Bool:
		if string(raw) != "true" && string(raw) != "false" {
			p.Add(at, "must be true or false")
		}
	case Number:
		var v float64
		if json.Unmarshal(raw, &v) != nil {
			p.Add(at, "must be a number")
		}
	case List:
		f.checkList(at, raw, p)
	case Object:
		f.checkObject(at, raw, p)
	case StringMap:
		_, wrong := parseHeaders(string(raw))
		*p = append(*p, wrong...)
	}
}

func (f Field) checkList(at string, raw json.RawMessage, p *claviger.Problems) {
	var items []json.RawMessage
	switch {
	case json.Unmarshal(raw, &items) != nil:
		p.Add(at, "must be a list of objects")
	case len(items) == 0 && f.Required:
		p.Add(at, "must not be empty")
	case len(items) > maxItems:
		p.Add(at, "must hold at most "+strconv.Itoa(maxItems)+" objects")
	default:
		for i, item := range items {
			f.checkMembers(at+"["+strconv.Itoa(i)+"]", item, "must be an object", p)
		}
	}
}

func (f Field) checkObject(at string, raw json.RawMessage, p *claviger.Problems) {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		raw = json.RawMessage(text)
	}
	if len(raw) > maxSecret {
		p.Add(at, "must be at most "+strconv.Itoa(maxSecret)+" bytes")
		return
	}
	f.checkMembers(at, raw, "must be a JSON object", p)
}

// checkMembers checks the fields of one object.
func (f Field) checkMembers(at string, raw json.RawMessage, otherwise string, p *claviger.Problems) {
	var object map[string]json.RawMessage
	if json.Unmarshal(raw, &object) != nil || object == nil {
		p.Add(at, otherwise)
		return
	}
	for _, m := range f.Fields {
		switch v := object[m.Name]; {
		case !absent(v):
			m.check(at+"."+m.Name, v, p)
		case m.Required:
			p.Add(at+"."+m.Name, required)
		case m.RequiredUnless != "" && string(object[m.RequiredUnless]) != "true":
			p.Add(at+"."+m.Name, required+" unless "+m.RequiredUnless+" is true")
		}
	}
}
