package gateway

import (
	"strings"
	"testing"

	"github.com/claviger/claviger/internal/provider"
	"github.com/claviger/claviger/internal/secret"
)

func TestWhatErrorsShowOfAKeyIsTakenOut(t *testing.T) {
	sc := newScrubber(provider.Settings{Key: secret.New("sk-abcdefghij0123456789-secretXYZ")})
	for name, tt := range map[string]struct{ says, want string }{
		"its beginning and its end":           {"Incorrect API key provided: sk-abcde****tXYZ. You can find it", "Incorrect API key provided: [secret]. You can find it"},
		"its end after stars":                 {"the key ****tXYZ is not known", "the key [secret] is not known"},
		"both, with dots between":             {"key sk-abcde...ecretXYZ", "key [secret]"},
		"four characters, and the end":        {`"sk-a*****tXYZ"`, `"[secret]"`},
		"three characters before stars":       {"(sk-***)", "([secret])"},
		"three characters after stars":        {"**XYZ", "[secret]"},
		"an ellipsis of one character":        {"sk-abc…XYZ,", "[secret],"},
		"its beginning before dots":           {"sk-abc... is not valid", "[secret] is not valid"},
		"its end after dots":                  {"the one that ends in ...tXYZ", "the one that ends in [secret]"},
		"a run of the letter x":               {"sk-abcxxxxxxxxXYZ", "[secret]"},
		"the same in capitals":                {"sk-abcXXXXXXXX", "[secret]"},
		"bullets":                             {"sk-••••••tXYZ", "[secret]"},
		"an end that is not quite its own":    {"sk-ab****TXYZ!", "[secret]!"},
		"a beginning that is not":             {"SK-AB****tXYZ!", "[secret]!"},
		"twice":                               {"not sk-ab**XYZ, nor ***retXYZ", "not [secret], nor [secret]"},
		"several runs":                        {"sk-a**cd**XYZ.", "[secret]."},
		"not two characters":                  {"sk**YZ", "sk**YZ"},
		"not the key of another":              {"gsk-wx****9876", "gsk-wx****9876"},
		"not stars of Markdown":               {"this is **important** to secretaries", "this is **important** to secretaries"},
		"not dots in a sentence":              {"wait... and try again...", "wait... and try again..."},
		"not a placeholder":                   {"use xxxx-xxxx instead", "use xxxx-xxxx instead"},
		"not its beginning in a longer word":  {"ask-abc... me", "ask-abc... me"},
		"not its end in a longer word":        {"...tXYZebra", "...tXYZebra"},
		"nothing":                             {"", ""},
		"nothing but stars":                   {"*****", "*****"},
		"text that is no text":                {"\xff***\xfe...XYZ", "\xff***\xfe[secret]"},
		"a key at the very end of one before": {"sk-abc***sk-abc***", "[secret]"},
	} {
		if got := sc.stars(tt.says); got != tt.want {
			t.Errorf("%s: %q became %q, want %q", name, tt.says, got, tt.want)
		}
	}
	words := newScrubber(provider.Settings{Key: secret.New("test-of-an-ordinary-thing-or-two")})
	for _, text := range []string{"this is a test... of", "one ...two", "a testxxx"} {
		if got := words.stars(text); got != text {
			t.Errorf("%q became %q", text, got)
		}
	}
	if got := newScrubber(provider.Settings{Key: secret.New("short-key")}).stars("short****"); got != "short****" {
		t.Errorf("a key that is no key: %q", got)
	}
}

func FuzzStars(f *testing.F) {
	const key = "sk-abcdefghij0123456789-secretXYZ"
	f.Add("sk-abcde****tXYZ")
	f.Add("a … x...XYZ \xff•• xxxXYZ")
	f.Fuzz(func(t *testing.T, text string) {
		sc := newScrubber(provider.Settings{Key: secret.New(key)})
		got := sc.stars(text)
		if !elision.MatchString(text) && got != text {
			t.Errorf("%q became %q", text, got)
		}
		if strings.Contains(got, " "+key[:3]+"**") || strings.Contains(got, "**"+key[len(key)-3:]+" ") {
			t.Errorf("%q became %q", text, got)
		}
	})
}
