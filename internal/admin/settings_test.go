package admin

import (
	"encoding/json"
	"testing"
	"unicode/utf8"

	"github.com/claviger/claviger/internal/provider/openai"
	"github.com/claviger/claviger/internal/secret"
	"github.com/claviger/claviger/internal/vault"
)

func TestLooksMasked(t *testing.T) {
	for v, want := range map[string]bool{
		"*******": true, "sk*******zz": true, "日本*******語で": true,
		"": false, "********": false, "sk-*******zz": false, "sk******zz": false, "sk-real-key-123": false, "ab*******": false,
	} {
		if got := looksMasked(v); got != want {
			t.Errorf("looksMasked(%q) = %v", v, got)
		}
		if v != "" && !looksMasked(secret.Mask(v)) {
			t.Errorf("the mask of %q does not look like one", v)
		}
	}
}

func TestMerge(t *testing.T) {
	stored := settings{
		plain:  map[string]json.RawMessage{"openai_project": json.RawMessage(`"p"`)},
		secret: vault.Credentials{Fields: map[string]secret.String{"custom_headers": secret.New(`{"x-a":"value-aaaa"}`), "odd": secret.New("odd-value-1")}},
	}
	tests := map[string]struct {
		in      string
		plain   string
		headers string
		odd     string
		wrong   string
	}{
		"nothing":                       {`{}`, `{"openai_project":"p"}`, `{"x-a":"value-aaaa"}`, "odd-value-1", ""},
		"a plain field":                 {`{"openai_project":"q"}`, `{"openai_project":"q"}`, `{"x-a":"value-aaaa"}`, "odd-value-1", ""},
		"null removes either kind":      {`{"openai_project":null,"custom_headers":null,"odd":null}`, `{}`, "", "", ""},
		"an empty text keeps":           {`{"odd":""}`, `{"openai_project":"p"}`, `{"x-a":"value-aaaa"}`, "odd-value-1", ""},
		"its own mask keeps":            {`{"odd":"od*******-1"}`, `{"openai_project":"p"}`, `{"x-a":"value-aaaa"}`, "odd-value-1", ""},
		"an old mask is refused":        {`{"odd":"zz*******zz"}`, `{"openai_project":"p"}`, `{"x-a":"value-aaaa"}`, "odd-value-1", "configurations.odd"},
		"masked fields are passed over": {`{"masked_odd":"x","masked_custom_headers":{"x-a":"y"}}`, `{"openai_project":"p"}`, `{"x-a":"value-aaaa"}`, "odd-value-1", ""},
		"headers replace, masks kept":   {`{"custom_headers":{"x-a":"va*******aa","x-b":"new"}}`, `{"openai_project":"p"}`, `{"x-a":"value-aaaa","x-b":"new"}`, "odd-value-1", ""},
		"a header's old mask":           {`{"custom_headers":{"x-b":"va*******aa"}}`, `{"openai_project":"p"}`, `{"x-b":"va*******aa"}`, "odd-value-1", "configurations.custom_headers"},
		"a name that is none":           {`{"a b":"c"}`, `{"openai_project":"p"}`, `{"x-a":"value-aaaa"}`, "odd-value-1", "configurations"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var in map[string]json.RawMessage
			if err := json.Unmarshal([]byte(tt.in), &in); err != nil {
				t.Fatal(err)
			}
			var p problems
			now := stored.clone()
			now.merge(in, openai.Adapter{}.Spec(), &p)
			plain, err := json.Marshal(now.plain)
			if err != nil {
				t.Fatal(err)
			}
			if string(plain) != tt.plain || now.secret.Fields["custom_headers"].Reveal() != tt.headers || now.secret.Fields["odd"].Reveal() != tt.odd {
				t.Errorf("now %s", plain)
			}
			switch {
			case tt.wrong == "" && !p.empty(), tt.wrong != "" && (len(p.more) != 1 || p.more[0].Path != tt.wrong):
				t.Errorf("problems %v", p.more)
			}
		})
	}
	if stored.plain["openai_project"] == nil || stored.secret.Fields["odd"].IsZero() {
		t.Error("merging changed what is stored")
	}
}

func FuzzLiftIcon(f *testing.F) {
	f.Add("🚀 Rocket", "")
	f.Add("👩‍👩‍👧", "👩‍👩‍👧")
	f.Add("\u200d x", " ")
	f.Fuzz(func(t *testing.T, name, icon string) {
		n, i := liftIcon(name, icon, icon, false)
		if utf8.ValidString(name) && utf8.ValidString(icon) && (!utf8.ValidString(n) || !utf8.ValidString(i)) {
			t.Errorf("split inside a character: %q %q", n, i)
		}
	})
}
