package llm

import (
	"errors"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// errShape is a value in none of the forms its field has; the decoder adds
// where it is.
var errShape = errors.New("wrong type")

// UnmarshalJSONFrom takes a string, a list of parts, or null.
func (c *Content) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	switch dec.PeekKind() {
	case '"':
		return json.UnmarshalDecode(dec, &c.Text)
	case '[':
		c.List = true
		return json.UnmarshalDecode(dec, &c.Parts)
	}
	return null(dec)
}

// UnmarshalJSONFrom takes an object, or the URL alone.
func (i *ImageURL) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	switch dec.PeekKind() {
	case '"':
		return json.UnmarshalDecode(dec, &i.URL)
	case '{':
		type plain ImageURL
		return json.UnmarshalDecode(dec, (*plain)(i))
	}
	return null(dec)
}

// UnmarshalJSONFrom takes a list of strings, one string, or null.
func (t *Texts) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	switch dec.PeekKind() {
	case '"':
		var one string
		err := json.UnmarshalDecode(dec, &one)
		*t = Texts{one}
		return err
	case '[':
		return json.UnmarshalDecode(dec, (*[]string)(t))
	}
	return null(dec)
}

// UnmarshalJSONFrom takes a tool of any type.
func (t *Tool) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	if dec.PeekKind() != '{' {
		return errShape
	}
	raw, err := dec.ReadValue()
	if err != nil {
		return err
	}
	t.Raw = raw.Clone()
	var plain struct {
		Type         string         `json:"type"`
		Function     Function       `json:"function"`
		CacheControl jsontext.Value `json:"cache_control"`
	}
	if err := json.Unmarshal(t.Raw, &plain); err != nil {
		return errShape
	}
	t.Type, t.Function, t.CacheControl = plain.Type, plain.Function, plain.CacheControl
	return nil
}

// UnmarshalJSONFrom takes a word, or an object that names a function.
func (t *ToolChoice) UnmarshalJSONFrom(dec *jsontext.Decoder) error {
	switch dec.PeekKind() {
	case '"':
		return json.UnmarshalDecode(dec, &t.Mode)
	case '{':
		var named struct {
			Type     string `json:"type"`
			Function struct {
				Name string `json:"name"`
			} `json:"function"`
		}
		err := json.UnmarshalDecode(dec, &named)
		t.Mode, t.Function = named.Type, named.Function.Name
		return err
	}
	return null(dec)
}

// null reads a null and refuses anything else.
func null(dec *jsontext.Decoder) error {
	if dec.PeekKind() == 'n' {
		_, err := dec.ReadToken()
		return err
	}
	// What is read does not matter: decoding ends here.
	if err := dec.SkipValue(); err != nil {
		return err
	}
	return errShape
}
