package provider

import (
	"context"
	"net/http"
	"net/url"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/llm"
)

// nowhere is the base of an account that cannot be called; the name is reserved
// and never resolves.
const nowhere = "https://not-callable.invalid"

// Refusing returns an account that refuses every call, when neither the kind
// nor the mode of s can be called yet; nil when they can. The error is that of
// a custom host nobody may call.
func (k Spec) Refusing(s Settings) (Account, error) {
	mode := k.Mode(s)
	if k.NotCallable == "" && mode.NotCallable == "" {
		return nil, nil
	}
	what := k.ID
	if mode.Name != "" {
		what += " with " + mode.Name
	}
	return Refuse(s, what)
}

// Refuse returns an account that refuses every call, saying that calling what
// is not supported yet. The error is that of a custom host nobody may call.
func Refuse(s Settings, what string) (Account, error) {
	base, err := s.Base(nowhere)
	if err != nil {
		return nil, err
	}
	return refusing{base, claviger.Fail(claviger.Invalid, "calling "+what+" is not supported yet")}, nil
}

type refusing struct {
	base *url.URL
	why  *claviger.Error
}

func (r refusing) Base() *url.URL { return r.base }

func (r refusing) Encode(Call) (Upstream, error) { return Upstream{}, r.why }

func (r refusing) Authorize(context.Context, *http.Request, []byte) error { return r.why }

func (r refusing) Decode(call Call) Decoder { return llm.NewDecoder(call.Request) }

func (r refusing) ModelsPath() string { return "" }
