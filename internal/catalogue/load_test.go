package catalogue

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/google/go-cmp/cmp"
)

func text(lines ...string) string { return magic + "\n" + strings.Join(lines, "\n") + "\n" }

func load(t *testing.T, lines ...string) *Catalogue {
	t.Helper()
	c, err := Load(strings.NewReader(text(lines...)))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestLoad(t *testing.T) {
	c := load(t,
		"# a comment", "", "@source our own contract\r", "@version 7",
		"openai\tzeta\tchat\t-\tfree\t-\t-",
		"openai\talpha\tchat\t128000\tinput=2.5 output=10 >200000 input=5 >500000 output=12.25 batch input=1\talpha-1\tAlpha",
		"acme\tbeta\tembedding\t-\t-\t-\t-\r",
	)
	if got, want := c.Source(), (Source{Name: "our own contract", Version: "7"}); got != want {
		t.Errorf("source %+v, want %+v", got, want)
	}
	if diff := cmp.Diff([]string{"acme", "openai"}, c.Providers()); diff != "" {
		t.Error(diff)
	}
	models := c.Models("openai")
	if len(models) != 2 || models[0].Slug != "alpha" || models[1].Slug != "zeta" {
		t.Fatalf("models %+v", models)
	}
	if m := models[0]; m.Name != "Alpha" || m.ContextWindow != 128_000 || m.Type != Chat {
		t.Errorf("alpha is %+v", m)
	}
	if m := models[1]; m.Name != "zeta" || m.ContextWindow != 0 || m.Price.Base().Of(Input) != 0 {
		t.Errorf("zeta is %+v", m)
	}
	if beta := c.Models("acme")[0]; beta.Price != nil {
		t.Error("a dash is a price")
	}
	if c.Models("unknown") != nil {
		t.Error("an unknown provider has models")
	}

	p := models[0].Price
	for tokens, want := range map[int64]string{
		0: "2.5 10", 200_000: "2.5 10", 200_001: "5 10", 500_000: "5 10", 500_001: "5 12.25",
	} {
		if r := p.At(tokens); r.Of(Input).PerMillion()+" "+r.Of(Output).PerMillion() != want {
			t.Errorf("%d tokens: want %s", tokens, want)
		}
	}
	if b, ok := p.Batch(); !ok || b.Of(Input) != 1_000_000 {
		t.Errorf("batch %v %v", b, ok)
	}
	if _, ok := models[1].Price.Batch(); ok {
		t.Error("zeta has batch rates")
	}
}

func TestLoadNamesEveryProblem(t *testing.T) {
	tests := map[string]struct{ line, want string }{
		"too few columns":               {"openai\ta\tchat", "line 2: has 3 columns separated by tabs, want 7"},
		"a provider in capitals":        {"OpenAI\ta\tchat\t-\t-\t-\t-", `"OpenAI" is no provider id`},
		"a type nobody knows":           {"openai\ta\tmagic\t-\t-\t-\t-", `"magic" is no type of model`},
		"no slug":                       {"openai\t\tchat\t-\t-\t-\t-", `"" is no name of a model`},
		"a slug that is a pattern":      {"openai\ta*\tchat\t-\t-\t-\t-", `"a*" is no name of a model`},
		"a window of nothing":           {"openai\ta\tchat\t0\t-\t-\t-", `"0" is no number of tokens`},
		"an unknown unit":               {"openai\ta\tchat\t-\tinptu=1\t-\t-", `"inptu" is no unit`},
		"a negative price":              {"openai\ta\tchat\t-\tinput=-1\t-\t-", `input: "-1" is no price`},
		"a price with an exponent":      {"openai\ta\tchat\t-\tinput=1e3\t-\t-", `input: "1e3" is no price`},
		"a price below a pico-dollar":   {"openai\ta\tchat\t-\tinput=0.0000001\t-\t-", `input: "0.0000001" is no price`},
		"a price in the wrong unit":     {"openai\ta\tchat\t-\tinput=1000000000.1\t-\t-", "is no price"},
		"two prices of one unit":        {"openai\ta\tchat\t-\tinput=1 input=2\t-\t-", "input has two prices"},
		"no price at all":               {"openai\ta\tchat\t-\t\t-\t-", `"" is no unit`},
		"thresholds that fall":          {"openai\ta\tchat\t-\tinput=1 >9 input=2 >8 input=3\t-\t-", `">8" is no number of tokens above 9`},
		"a threshold without prices":    {"openai\ta\tchat\t-\tinput=1 >9\t-\t-", "has no price above 9 tokens"},
		"one name twice":                {"openai\ta\tchat\t-\t-\tA\t-", `"a" is named twice`},
		"an exclusion from no pattern":  {"openai\ta\tchat\t-\t-\t!*x\t-", "excludes names, but has no pattern"},
		"an exclusion without pattern":  {"openai\ta\tchat\t-\t-\t!x\t-", `"!x" is no name of a model`},
		"a pattern for everything":      {"openai\ta\tchat\t-\t-\t**\t-", `"**" is no name of a model`},
		"an unknown word on the source": {"@colour red", `@"colour" is not known`},
		"control characters":            {"openai\ta\x01", "has control characters"},
		"bytes that are not UTF-8":      {"openai\ta\xff", "is not UTF-8"},
		"a line without end":            {strings.Repeat("x", maxLine+1), "is longer than"},
		"no model":                      {"# nothing", "there is no model"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			c, err := Load(strings.NewReader(magic + "\n" + tt.line))
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), "line 2: ") {
				t.Errorf("error is %v, want %s", err, tt.want)
			}
			if c != nil {
				t.Error("there is a catalogue as well")
			}
		})
	}
}

func TestLoadNamesProblemsOfAllLines(t *testing.T) {
	_, err := Load(strings.NewReader(text(
		"openai\ta\tchat\t-\tinput=x\tb\t-",
		"openai\tb\tchat\t-\tinput=x\t-\t-",
		"openai\tc\tchat\t-\tinput=1 oops=2\t-\t-",
	)))
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{`line 2: input: "x"`, `line 3: input: "x"`, `line 3: "b" is a name of "a" already`, `line 4: "oops" is no unit`} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is missing in\n%v", want, err)
		}
	}
}

func TestLoadIsBounded(t *testing.T) {
	var many strings.Builder
	many.WriteString(magic + "\n")
	for i := range maxModels + 1 {
		fmt.Fprintf(&many, "openai\tm%d\tchat\t-\t-\t-\t-\n", i)
	}
	tests := map[string]struct{ text, want string }{
		"a huge file":       {strings.Repeat("#\n", maxFile), "larger than 8 MiB"},
		"too many models":   {many.String(), "is more than 20000 models"},
		"too many problems": {magic + strings.Repeat("\nx", 1000), "stopped here"},
		"too many names":    {text("openai\ta\tchat\t-\t-\t" + strings.Repeat("x ", maxNames) + "x\t-"), "more than 256 other names"},
		"another format":    {"{}", "no model catalogue"},
		"another version":   {"claviger-catalogue 2\n", "of another version"},
		"nothing":           {"", "no model catalogue"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := Load(strings.NewReader(tt.text))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error is %.200v, want %s", err, tt.want)
			}
			if err != nil && len(err.Error()) > 50_000 {
				t.Errorf("the error has %d bytes", len(err.Error()))
			}
		})
	}
}

func TestLoadKeepsTheReadersError(t *testing.T) {
	broken := errors.New("disk on fire")
	if _, err := Load(iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Errorf("error is %v", err)
	}
}

// Whatever is in a file, Load refuses it or makes a catalogue whose models are
// all found by their names.
func FuzzLoad(f *testing.F) {
	f.Add(text("openai\ta\tchat\t-\tinput=1 >5 input=2 batch input=0.5\tb a-* !*x\tA"))
	f.Add(text("@source x", "bedrock\tanthropic.x-v1:0\tchat\t9\tfree\t*x*\t-", "google\ty\tocr\t-\tpage=1000\ty-####\t-"))
	f.Add(shipped[:4096])
	f.Fuzz(func(t *testing.T, s string) {
		c, err := Load(strings.NewReader(s))
		if err != nil {
			return
		}
		for _, id := range c.Providers() {
			for _, m := range c.providers[id].models {
				if got, ok := c.Find(id, m.Slug); !ok || got != m {
					t.Errorf("%s %q finds %q, %v", id, m.Slug, got.Slug, ok)
				}
				if m.Price != nil {
					PortkeyPricing(*m.Price)
				}
			}
		}
	})
}
