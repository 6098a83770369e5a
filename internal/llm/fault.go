package llm

import (
	"bytes"
	"net/http"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// Fault is a failure in a provider's words. It is an error whose text may be
// shown to the caller. Fields the provider did not give are "".
type Fault struct {
	Message string
	Type    string
	Param   string
	Code    string
	// Refused is whether this is all that a success says, as JSON, and no use of
	// it: nothing was made, so there is nothing to pay. Only decoders of whole
	// answers set it; what cannot be read may have been an answer.
	Refused bool
}

// Error is the message.
func (f *Fault) Error() string { return f.Message }

// Bounds of what is taken from a provider's error, in bytes.
const (
	maxFaultBody    = 64 << 10
	maxFaultMessage = 4 << 10
	maxFaultField   = 256
)

// ParseFault reads the body of an error in any of the shapes that providers
// use: an error object or text, a message, a detail, a list of errors, plain
// text or HTML. A body that says nothing gives the name of the HTTP status.
// status 0 is an error inside a stream. Long texts are cut.
func ParseFault(status int, body []byte) Fault {
	body = bytes.TrimSpace(body[:min(len(body), maxFaultBody)])
	var f Fault
	switch {
	case len(body) == 0:
	case body[0] == '{' || body[0] == '[' && valueEnd(body, 0) == len(body):
		f.object(body, 0)
	case body[0] == '"':
		f.Message = text(body)
	case bytes.IndexByte(body, '<') >= 0:
		f.Message = withoutTags(body)
	default:
		f.Message = string(body)
	}
	f.Message = cut(strings.Join(strings.Fields(f.Message), " "), maxFaultMessage)
	f.Type, f.Param, f.Code = cut(f.Type, maxFaultField), cut(f.Param, maxFaultField), cut(f.Code, maxFaultField)
	if f.Message == "" {
		f.Message = http.StatusText(status)
	}
	if f.Message == "" {
		f.Message = "the provider reported an error without words"
	}
	return f
}

// withoutTags is the text of an HTML page, without its head.
func withoutTags(page []byte) string {
	if _, body, ok := bytes.Cut(page, []byte("<body")); ok {
		page = append([]byte("<"), body...)
	}
	var b strings.Builder
	for len(page) > 0 {
		text, rest, _ := bytes.Cut(page, []byte("<"))
		b.Write(text)
		b.WriteByte(' ')
		_, page, _ = bytes.Cut(rest, []byte(">"))
	}
	return b.String()
}

// maxFaultDepth is how far errors wrapped in errors are followed.
const maxFaultDepth = 4

// object reads an error object, or the first of a list. Inner objects say more
// than outer ones, so they win.
func (f *Fault) object(value []byte, depth int) {
	if depth == maxFaultDepth {
		return
	}
	if value[0] == '[' {
		start := space(value, 1)
		if end := valueEnd(value, start); end > 0 {
			f.inner(value[start:end], depth)
		}
		return
	}
	var outer Fault
	members(value, func(name, value []byte) bool {
		switch string(name) {
		case "error", "errors", "detail", "fault", "message", "msg", "faultstring", "Message", "error_message":
			if value[0] == '{' || value[0] == '[' {
				f.inner(value, depth)
			} else if s := text(value); s != "" && (outer.Message == "" || string(name) == "message") {
				outer.Message = s // {"error":"Not Found","message":"…"}: the latter says more
			}
		case "type":
			outer.Type = text(value)
		case "param":
			outer.Param = text(value)
		case "code", "status":
			if code := scalar(value); code != "" && (outer.Code == "" || string(name) == "code") {
				outer.Code = code
			}
		}
		return true
	})
	if f.Message == "" {
		*f = outer
	}
}

// inner reads what an error holds: another error, or its text.
func (f *Fault) inner(value []byte, depth int) {
	if value[0] == '{' || value[0] == '[' {
		f.object(value, depth+1)
	} else if f.Message == "" {
		f.Message = text(value)
	}
}

// scalar is a JSON string's text or a number as written.
func scalar(value []byte) string {
	if value[0] == '-' || value[0] >= '0' && value[0] <= '9' {
		if _, err := strconv.ParseFloat(string(value), 64); err == nil {
			return string(value)
		}
	}
	return text(value)
}

// cut shortens s to at most n bytes of valid UTF-8.
func cut(s string, n int) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + "…"
}

// AppendError appends to dst the documented body of a provider's error. Fields
// that are "" are null.
func AppendError(dst []byte, provider string, f Fault) []byte {
	dst = append(dst, `{"error":{"message":`...)
	dst = quote(dst, provider+" error: "+f.Message)
	for _, field := range [...]struct{ name, value string }{{"type", f.Type}, {"param", f.Param}, {"code", f.Code}} {
		dst = append(append(append(dst, `,"`...), field.name...), `":`...)
		if field.value == "" {
			dst = append(dst, "null"...)
		} else {
			dst = quote(dst, field.value)
		}
	}
	dst = append(dst, `},"provider":`...)
	return append(quote(dst, provider), '}')
}

// quote appends s as a JSON string. Invalid UTF-8 is replaced, which is all the
// error could say.
func quote(dst []byte, s string) []byte {
	dst, _ = jsontext.AppendQuote(dst, s)
	return dst
}
