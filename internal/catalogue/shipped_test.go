package catalogue

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestShippedCatalogueIsGood(t *testing.T) {
	c, err := parse(shipped)
	if err != nil {
		t.Fatal(err)
	}
	if s := c.Source(); s.Name == "" || s.Version == "" || s.Licence == "" || s.Published == "" || s.PricesOn == "" {
		t.Errorf("source is incomplete: %+v", s)
	}
	for _, want := range []string{
		"anthropic", "azure-ai", "azure-openai", "bedrock", "cohere", "deepseek", "fireworks-ai", "google", "groq", "huggingface",
		"mistral-ai", "openai", "openrouter", "perplexity-ai", "together-ai", "vertex-ai", "workers-ai", "x-ai",
	} {
		if len(c.Models(want)) == 0 {
			t.Errorf("%s has no models", want)
		}
	}
}

func TestShippedPricesAreSane(t *testing.T) {
	c := Default()
	for _, id := range c.Providers() {
		for _, m := range c.Models(id) {
			if m.Price == nil {
				continue
			}
			for _, tier := range m.Price.Tiers() {
				r := tier.Rates
				for u, price := range r.All() {
					if price < 0 || price > maxPrice {
						t.Errorf("%s %s: %s costs %d", id, m.Slug, u, price)
					}
				}
				if r.Of(CacheRead) > r.Of(Input) {
					t.Errorf("%s %s above %d: cached input at %s, fresh at %s", id, m.Slug, tier.Above, r.Of(CacheRead).PerMillion(), r.Of(Input).PerMillion())
				}
			}
		}
	}
}

func TestEveryModelIsFoundByItsName(t *testing.T) {
	c := Default()
	for id, p := range c.providers {
		for _, m := range p.models {
			if got, ok := c.Find(id, strings.ToUpper(m.Slug)); !ok || got != m {
				t.Errorf("%s: %s finds %q", id, m.Slug, got.Slug)
			}
		}
	}
}

// Prices as the source of this version has them, looked up by hand.
func TestShippedPrices(t *testing.T) {
	tests := map[string]string{
		"openai gpt-4o":                                               "input=2.5 output=10 cache_read=1.25 web_search=10000 file_search=2500",
		"openai gpt-4o-2024-05-13":                                    "input=5 output=15 web_search=10000 file_search=2500",
		"openai gpt-4o-mini":                                          "input=0.15 output=0.6 cache_read=0.075 web_search=10000 file_search=2500",
		"openai gpt-5":                                                "input=1.25 output=10 cache_read=0.125 web_search=10000 file_search=2500",
		"openai o3":                                                   "input=2 output=8 cache_read=0.5 web_search=10000 file_search=2500",
		"openai text-embedding-3-small":                               "input=0.02",
		"openai whisper-1":                                            "audio_second=100",
		"openai gpt-realtime":                                         "input=4 output=16 cache_read=0.4 audio_in=32 audio_out=64 cache_read_audio=0.4 image_in=5 cache_read_image=0.5",
		"openai omni-moderation-latest":                               "input=0 output=0",
		"anthropic claude-haiku-4-5":                                  "input=1 output=5 cache_read=0.1 cache_write=1.25 cache_write_1h=2 web_search=10000",
		"anthropic claude-sonnet-4-0":                                 "input=3 output=15 cache_read=0.3 cache_write=3.75 cache_write_1h=6 web_search=10000",
		"anthropic claude-opus-4-6":                                   "input=5 output=25 cache_read=0.5 cache_write=6.25 cache_write_1h=10 web_search=10000",
		"azure-openai o4-mini":                                        "input=1.1 output=4.4 cache_read=0.28",
		"azure-openai gpt-4.1-mini":                                   "input=0.4 output=1.6 cache_read=0.1 web_search=10000 file_search=2500",
		"azure-ai phi-4":                                              "input=0.07 output=0.14",
		"azure-ai claude-opus-4-1":                                    "input=15 output=75 cache_read=1.5 cache_write=18.75 cache_write_1h=30 web_search=10000",
		"bedrock amazon.nova-micro-v1:0":                              "input=0.035 output=0.14 cache_read=0.00875",
		"bedrock meta.llama3-70b-instruct-v1:0":                       "input=2.65 output=3.5",
		"google gemini-2.5-flash":                                     "input=0.3 output=2.5 cache_read=0.03 audio_in=1 cache_read_audio=0.1",
		"google gemini-3.6-flash":                                     "input=0.75 output=3.75 cache_read=0.075",
		"google gemma-3":                                              "input=0 output=0",
		"vertex-ai claude-3-7-sonnet":                                 "input=3 output=15 cache_read=0.3 cache_write=3.75",
		"vertex-ai claude-sonnet-5":                                   "input=2 output=10 cache_read=0.2 cache_write=2.5 cache_write_1h=4 web_search=10000",
		"mistral-ai mistral-medium-latest":                            "input=1.5 output=7.5 cache_read=0.15",
		"mistral-ai mistral-ocr-2512":                                 "page=2000 annotated_page=3000",
		"groq llama-3.3-70b-versatile":                                "input=0.59 output=0.79",
		"groq whisper-large-v3":                                       "audio_second=30.833334",
		"together-ai meta-llama/Llama-3.3-70B-Instruct-Turbo":         "input=0.88 output=0.88",
		"fireworks-ai accounts/fireworks/models/deepseek-v3p2":        "input=0.56 output=1.68 cache_read=0.28",
		"deepseek deepseek-chat":                                      "input=0.27 output=1.1 cache_read=0.07",
		"deepseek deepseek-v4-pro":                                    "input=1.32 output=3.96 cache_read=0.044",
		"openrouter openai/gpt-5.1":                                   "input=1.25 output=10 cache_read=0.13",
		"cohere command-r7b":                                          "input=0.0375 output=0.15",
		"perplexity-ai sonar-pro":                                     "input=3 output=15 request=14000",
		"perplexity-ai sonar-deep-research":                           "input=2 output=8 reasoning=3 citation=2 web_search=5000",
		"x-ai grok-3-mini":                                            "input=0.3 output=0.5 cache_read=0.075",
		"x-ai grok-voice-latest":                                      "audio_second=1333.333334 message=4000",
		"workers-ai @cf/meta/llama-3.2-1b-instruct":                   "input=0.027 output=0.201",
		"huggingface meta-llama/Llama-4-Scout-17B-16E-Instruct:groq":  "input=0.11 output=0.34",
		"huggingface openai/gpt-oss-20b:groq":                         "input=0.1 output=0.5",
		"voyage voyage-3-large":                                       "input=0.18",
		"zhipu GLM-4-Air":                                             "input=0.069 output=0.069 cache_read=0.034",
		"cerebras qwen-3-coder-480b":                                  "",
		"bedrock global.anthropic.claude-sonnet-4-5-20250929-v1:0":    "input=3 output=15 cache_read=0.3 cache_write=3.75",
		"bedrock us.anthropic.claude-sonnet-4-5-20250929-v1:0":        "input=3.3 output=16.5 cache_read=0.33 cache_write=4.125",
		"bedrock global.anthropic.claude-3-haiku-20240307-v1:0":       "input=0.25 output=1.25",
		"bedrock eu.amazon.nova-2-lite-v1:0":                          "input=0.33 output=2.75 cache_read=0.0825",
		"vertex-ai publishers/anthropic/models/claude-3-5-sonnet@001": "input=3 output=15 cache_read=0.3 cache_write=3.75",
	}
	for key, want := range tests {
		t.Run(key, func(t *testing.T) {
			provider, slug, _ := strings.Cut(key, " ")
			m, ok := Default().Find(provider, slug)
			if !ok {
				t.Fatal("not found")
			}
			var got []string
			if m.Price != nil {
				for u, price := range m.Price.Base().All() {
					got = append(got, u.String()+"="+price.PerMillion())
				}
			}
			if got := strings.Join(got, " "); got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		})
	}
}

func TestShippedLongContextPrices(t *testing.T) {
	m, ok := Default().Find("google", "gemini-2.5-pro")
	if !ok {
		t.Fatal("not found")
	}
	for tokens, want := range map[int64]string{0: "1.25 10 0.125", 200_000: "1.25 10 0.125", 200_001: "2.5 15 0.25"} {
		r := m.Price.At(tokens)
		got := r.Of(Input).PerMillion() + " " + r.Of(Output).PerMillion() + " " + r.Of(CacheRead).PerMillion()
		if got != want {
			t.Errorf("%d tokens: %s, want %s", tokens, got, want)
		}
	}
}

// The file is what the script makes of the package it names. Skipped where the
// package has not been fetched: "make prices" does.
func TestShippedCatalogueIsWhatTheScriptMakes(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	fetched := filepath.Join(root, ".cache", "prices", Default().Source().Version, "package", "package.json")
	if _, err := os.Stat(fetched); err != nil {
		t.Skip("the source package is not here")
	}
	if _, err := exec.LookPath("node"); err != nil {
		t.Skip("node is not here")
	}
	out, err := exec.Command(filepath.Join(root, "scripts", "prices.sh"), "--stdout").Output()
	if err != nil {
		t.Fatal(err)
	}
	if string(out) != shipped {
		t.Error(`models.tsv differs from what the script makes; run "make prices" and read the diff`)
	}
}
