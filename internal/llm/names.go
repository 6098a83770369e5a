package llm

import (
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// policedNames are the members that admission and routing rely on.
var policedNames = [...]string{
	"model", "models", "stream", "stream_options", "include_usage",
	"max_tokens", "max_completion_tokens", "n",
}

// policed says which of our names a quoted member name stands for, and whether
// it is written exactly so. Parsers that ignore case take "Model" for "model",
// and Unicode folding takes the long s and the Kelvin sign for s and k.
func policed(quoted jsontext.Value) (name string, exact bool) {
	raw := quoted[1 : len(quoted)-1]
	switch string(raw) {
	case "model":
		return "model", true
	case "models":
		return "models", true
	case "stream":
		return "stream", true
	case "stream_options":
		return "stream_options", true
	case "include_usage":
		return "include_usage", true
	case "max_tokens":
		return "max_tokens", true
	case "max_completion_tokens":
		return "max_completion_tokens", true
	case "n":
		return "n", true
	case "messages", "temperature", "tools":
		return "", false
	}
	escaped := false
	for _, c := range raw {
		escaped = escaped || c == '\\'
	}
	if escaped {
		// The decoder has checked the string, so this cannot fail.
		raw, _ = jsontext.AppendUnquote(nil, quoted)
	}
	for _, name := range policedNames {
		if escaped && string(raw) == name {
			return name, true
		}
		if len(raw) <= 3*len(name) && strings.EqualFold(string(raw), name) {
			return name, false
		}
	}
	return "", false
}

// syntax notes what makes the body no acceptable JSON.
func (s *scanner) syntax(err error) {
	message := "is not valid JSON"
	path := "body"
	var e *jsontext.SyntacticError
	if errors.As(err, &e) {
		if p := fieldPath(e.JSONPointer); p != "" {
			path = p
		}
		switch {
		case errors.Is(err, jsontext.ErrDuplicateName):
			message = "occurs more than once"
		case errors.Is(err, jsontext.ErrNonStringName):
			message = "has a name that is no string"
		case strings.Contains(e.Err.Error(), "UTF-8"):
			message = "is not valid UTF-8"
		}
	}
	s.problems.Add(path, message)
}

// maxPath bounds a path in an error, in bytes: its names are the caller's.
const maxPath = 200

// fieldPath writes a JSON pointer the way the API names fields:
// "messages[0].content". Array indexes and names made of digits look alike in a
// pointer and here.
func fieldPath(p jsontext.Pointer) string {
	var b strings.Builder
	for token := range p.Tokens() {
		switch {
		case token != "" && strings.Trim(token, "0123456789") == "":
			b.WriteString("[" + token + "]")
		case b.Len() > 0:
			b.WriteString("." + token)
		default:
			b.WriteString(token)
		}
		if b.Len() > maxPath {
			break
		}
	}
	path := strings.ToValidUTF8(b.String(), "?")
	if len(path) > maxPath {
		path = path[:maxPath]
		for !utf8.ValidString(path) {
			path = path[:len(path)-1]
		}
		path += "…"
	}
	return strings.Map(printable, path)
}

func printable(r rune) rune {
	if r < ' ' || r == 0x7f {
		return '?'
	}
	return r
}
