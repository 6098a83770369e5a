package anthropic

import (
	"encoding/base64"
	"net/url"
	"strconv"
	"strings"

	"github.com/claviger/claviger/internal/llm"
)

// source is where an image or a document comes from.
type source struct {
	Type      string `json:"type"` // "base64", "url" or "text"
	MediaType string `json:"media_type,omitzero"`
	Data      string `json:"data,omitzero"`
	URL       string `json:"url,omitzero"`
}

// content translates text or parts into blocks. Blank texts are left out: the
// API refuses them.
func (e *encoder) content(c llm.Content, path string) []any {
	if !c.List {
		if strings.TrimSpace(c.Text) == "" {
			return nil
		}
		return []any{&block{Type: "text", Text: c.Text}}
	}
	var out []any
	for i, p := range c.Parts {
		at := path + "[" + strconv.Itoa(i) + "]"
		b, problem := part(p)
		if problem != "" {
			e.problems.Add(at, problem)
			continue
		}
		mark := e.cacheControl(p.CacheControl, at)
		if b != nil {
			b.CacheControl = mark
			out = append(out, b)
		}
	}
	return out
}

// part translates one part. It returns neither a block nor a problem for blank
// text.
func part(p llm.ContentPart) (b *block, problem string) {
	switch p.Type {
	case "text", "refusal":
		text := p.Text + p.Refusal
		if strings.TrimSpace(text) == "" {
			return nil, ""
		}
		return &block{Type: "text", Text: text}, ""
	case "image_url":
		return image(p.ImageURL.URL)
	case "file":
		return document(p.File)
	case "input_audio":
		return nil, "is audio, which is not supported by anthropic"
	default:
		return nil, "has a type that is not supported by anthropic"
	}
}

func image(raw string) (*block, string) {
	if mediaType, data, ok := dataURL(raw); ok {
		return inline(mediaType, data, "")
	}
	if !webURL(raw) {
		return nil, "must have an http, https or base64 data URL"
	}
	return &block{Type: "image", Source: &source{Type: "url", URL: raw}}, ""
}

func document(f llm.File) (*block, string) {
	title := f.Name + f.Filename
	if f.Name != "" && f.Filename != "" {
		title = f.Name
	}
	if mediaType, data, ok := dataURL(f.Data); ok {
		return inline(mediaType, data, title)
	}
	switch {
	case f.Data != "":
		mediaType := f.MIMEType
		if mediaType == "" {
			mediaType = "application/pdf"
		}
		return inline(mediaType, f.Data, title)
	case f.URL != "":
		if !webURL(f.URL) {
			return nil, "must have an http or https file_url"
		}
		return &block{Type: "document", Source: &source{Type: "url", URL: f.URL}, Title: title}, ""
	}
	return nil, "must have file_data or file_url; file_id is not supported by anthropic"
}

// inline makes a block of base64 data: an image, or a document of text or PDF.
func inline(mediaType, data, title string) (*block, string) {
	raw, err := base64.StdEncoding.DecodeString(data)
	if err != nil {
		return nil, "must hold base64 data"
	}
	switch {
	case strings.HasPrefix(mediaType, "image/"):
		if mediaType == "image/jpg" {
			mediaType = "image/jpeg"
		}
		return &block{Type: "image", Source: &source{Type: "base64", MediaType: mediaType, Data: data}}, ""
	case mediaType == "text/plain":
		text := strings.ToValidUTF8(string(raw), "\uFFFD")
		return &block{Type: "document", Source: &source{Type: "text", MediaType: mediaType, Data: text}, Title: title}, ""
	case mediaType == "application/pdf":
		return &block{Type: "document", Source: &source{Type: "base64", MediaType: mediaType, Data: data}, Title: title}, ""
	}
	return nil, "must be an image, a PDF or plain text"
}

// dataURL takes "data:<type>;base64,<data>" apart.
func dataURL(raw string) (mediaType, data string, ok bool) {
	rest, ok := strings.CutPrefix(raw, "data:")
	if !ok {
		return "", "", false
	}
	head, data, ok := strings.Cut(rest, ",")
	mediaType, ok2 := strings.CutSuffix(head, ";base64")
	mediaType, _, _ = strings.Cut(mediaType, ";") // parameters such as the charset
	return strings.ToLower(strings.TrimSpace(mediaType)), data, ok && ok2
}

func webURL(raw string) bool {
	u, err := url.Parse(raw)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}
