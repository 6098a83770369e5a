package catalogue

import (
	"strings"
	"testing"
)

func TestFind(t *testing.T) {
	tests := map[string]struct{ provider, model, want string }{
		"a slug":                             {"openai", "gpt-4o", "gpt-4o"},
		"a slug in capitals":                 {"openai", "GPT-4o", "gpt-4o"},
		"another name":                       {"openai", "gpt-4o-2024-11-20", "gpt-4o"},
		"a snapshot with a price of its own": {"openai", "gpt-4o-2024-05-13", "gpt-4o-2024-05-13"},
		"a snapshot nobody listed":           {"openai", "gpt-4o-2031-01-31", "gpt-4o"},
		"a rule's snapshot":                  {"openai", "gpt-6-sol-2027-01-31", "gpt-6-sol"},
		"a rule, not its prefix":             {"anthropic", "claude-opus-5-5-20270101", "claude-opus-5-5"},
		"latest":                             {"openai", "gpt-4.1-latest", "gpt-4.1"},
		"latest, listed":                     {"mistral-ai", "mistral-medium-latest", "mistral-medium-latest"},
		"an unknown model":                   {"openai", "gpt-99", ""},
		"no model":                           {"openai", "", ""},
		"an unknown provider":                {"acme", "gpt-4o", ""},
		"a fine-tuned model with a price":    {"openai", "ft:gpt-4o-mini-2024-07-18:acme::abc", "ft:gpt-4o-mini"},
		"a fine-tuned model without":         {"openai", "ft:gpt-4.1-mini-2025-04-14:acme:x:abc", "gpt-4.1-mini"},
		"a fine-tuned model on Azure":        {"azure-openai", "gpt-4o-mini-2024-07-18.ft-0123", "gpt-4o-mini-2024-07-18.ft-"},
		"another one":                        {"azure-openai", "gpt-4o-2024-08-06.ft-0123", "ft:gpt-4o"},
		"one with nothing behind":            {"azure-openai", "gpt-4.1.ft", "gpt-4.1"},
		"an older Azure spelling":            {"azure-openai", "gpt-35-turbo", "gpt-3.5-turbo"},
		"DeepSeek on Azure AI":               {"azure-ai", "DeepSeek-R1", "deepseek-reasoner"},

		"a bare Bedrock name":            {"bedrock", "anthropic.claude-3-haiku-20240307-v1:0", "anthropic.claude-3-haiku-20240307-v1:0"},
		"a geography":                    {"bedrock", "eu.anthropic.claude-sonnet-4-6-v1:0", "anthropic.claude-sonnet-4-6-v1:0"},
		"global has its own price":       {"bedrock", "global.anthropic.claude-sonnet-4-6-v1:0", "global.anthropic.claude-sonnet-4-6-v1:0"},
		"global without its own":         {"bedrock", "global.meta.llama3-8b-instruct-v1:0", "meta.llama3-8b-instruct-v1:0"},
		"a geography and an exact rule":  {"bedrock", "us.anthropic.claude-opus-5", "anthropic.claude-opus-5"},
		"a version nobody listed":        {"bedrock", "amazon.nova-pro-v1:0:300k", "amazon.nova-pro-v1:0"},
		"an ARN of a foundation model":   {"bedrock", "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0", "amazon.nova-lite-v1:0"},
		"an ARN of an inference profile": {"bedrock", "arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.anthropic.claude-opus-4-7", "anthropic.claude-opus-4-7-v1:0"},
		"a global profile's ARN":         {"bedrock", "arn:aws:bedrock:us-east-1:123456789012:inference-profile/global.anthropic.claude-opus-4-7", "global.anthropic.claude-opus-4-7-v1:0"},
		"an ARN that says nothing":       {"bedrock", "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123", ""},

		"a publisher":                      {"vertex-ai", "google/gemini-2.5-flash", "gemini-2.5-flash"},
		"a publisher with a dot":           {"vertex-ai", "anthropic.claude-opus-4-1@20250805", "claude-opus-4-1"},
		"a resource":                       {"vertex-ai", "projects/p/locations/r/publishers/google/models/gemini-2.5-pro", "gemini-2.5-pro"},
		"a version":                        {"vertex-ai", "claude-sonnet-4@20250514", "claude-sonnet-4"},
		"a version that is a snapshot":     {"vertex-ai", "claude-fable-5@20260101", "claude-fable-5"},
		"the default version":              {"vertex-ai", "claude-opus-5-5@default", "claude-opus-5-5"},
		"Gemini by its resource":           {"google", "models/gemini-2.0-flash", "gemini-2.0-flash"},
		"speech is not what it resembles":  {"google", "gemini-2.5-pro-preview-tts", "gemini-2.5-pro-tts"},
		"nor is other speech":              {"google", "gemini-2.5-pro-exp-tts", ""},
		"Claude is not on the Gemini API":  {"google", "claude-3-haiku", ""},
		"a provider behind Hugging Face":   {"huggingface", "Qwen/Qwen3-32B:groq", "Qwen/Qwen3-32B:groq"},
		"any provider behind Hugging Face": {"huggingface", "Qwen/Qwen3-32B:fastest", "Qwen/Qwen3-32B"},
		"a way to route":                   {"openrouter", "openai/gpt-4o:nitro", "openai/gpt-4o"},
		"free is a model of its own":       {"openrouter", "openai/gpt-oss-120b:free", "openai/gpt-oss-120b:free"},
		"a short Fireworks name":           {"fireworks-ai", "kimi-k3", "accounts/fireworks/models/kimi-k3"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			m, ok := Default().Find(tt.provider, tt.model)
			if m.Slug != tt.want || ok != (tt.want != "") {
				t.Errorf("Find(%s, %s) = %q, %v; want %q", tt.provider, tt.model, m.Slug, ok, tt.want)
			}
		})
	}
}

func TestFineTuneRulesAreNotListed(t *testing.T) {
	for _, m := range Default().Models("openai") {
		if m.Type == FineTune {
			t.Errorf("%s is listed", m.Slug)
		}
	}
	if m, ok := Default().Find("openai", "ft:gpt-4o-2024-08-06:acme::abc"); !ok || m.Type != FineTune {
		t.Errorf("a fine-tuned model is %q, %v", m.Slug, ok)
	}
}

func TestTheMostSpecificRuleWins(t *testing.T) {
	c := load(t,
		"openai\tshort\tchat\t-\t-\tx-*\t-",
		"openai\tlong\tchat\t-\t-\tx-mini-*\t-",
		"openai\tdated\tchat\t-\t-\tx-mini-####\t-",
		"openai\texact\tchat\t-\t-\tx-mini-0001\t-",
		"openai\tpicky\tchat\t-\t-\t!*-tts y*\t-",
	)
	for model, want := range map[string]string{
		"x-1": "short", "x-mini-z": "long", "x-mini-1234": "dated", "x-mini-0001": "exact", "y-1": "picky", "y-tts": "",
	} {
		if m, _ := c.Find("openai", model); m.Slug != want {
			t.Errorf("%s finds %q, want %q", model, m.Slug, want)
		}
	}
}

func TestGlobMatch(t *testing.T) {
	tests := map[string]struct {
		pattern, text string
		want          bool
	}{
		"the same":             {"abc", "abc", true},
		"a start":              {"ab*", "abc", true},
		"an end":               {"*bc", "abc", true},
		"a middle":             {"*b*", "abc", true},
		"a star for nothing":   {"abc*", "abc", true},
		"two stars":            {"a*c*e", "abcde", true},
		"a star that retries":  {"*ab", "aab", true},
		"digits":               {"a-##", "a-12", true},
		"a letter for a digit": {"a-##", "a-1x", false},
		"too short":            {"a-##", "a-1", false},
		"too long":             {"abc", "abcd", false},
		"not there":            {"*x*", "abc", false},
		"empty text":           {"a", "", false},
		"a digit after a star": {"*#", "ab7", true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := globMatch(tt.pattern, tt.text); got != tt.want {
				t.Errorf("globMatch(%q, %q) = %v", tt.pattern, tt.text, got)
			}
		})
	}
}

// No name makes Find fail, and what it finds is one of the provider's models.
func FuzzFind(f *testing.F) {
	f.Add("bedrock", "arn:aws:bedrock:us-east-1::foundation-model/us.amazon.nova-lite-v1:0")
	f.Add("vertex-ai", "publishers/anthropic/models/claude-3-haiku@20240307")
	f.Add("openai", "ft:gpt-4o.ft-x-2024-01-01-latest")
	f.Add("huggingface", strings.Repeat(":", 64))
	f.Fuzz(func(t *testing.T, provider, model string) {
		c := Default()
		m, ok := c.Find(provider, model)
		if ok != (m.Slug != "") {
			t.Errorf("found %v with slug %q", ok, m.Slug)
		}
		if ok {
			if again, _ := c.Find(provider, m.Slug); again != m {
				t.Errorf("%q is found as %q, which finds %q", model, m.Slug, again.Slug)
			}
		}
	})
}

func TestPlainNames(t *testing.T) {
	for _, tt := range []struct{ provider, model, want string }{
		{"openai", "GPT-4o", "gpt-4o"},
		{"openai", "models/gpt-4o", "models/gpt-4o"},
		{"google", "models/gemini-2.5-Flash", "gemini-2.5-flash"},
		{"vertex-ai", "publishers/google/models/gemini-2.5-flash", "gemini-2.5-flash"},
		{"bedrock", "eu.anthropic.claude-3", "anthropic.claude-3"},
		{"openrouter", "openai/gpt-4o:online", "openai/gpt-4o"},
		{"huggingface", "meta-llama/Llama-3:fast", "meta-llama/llama-3"},
		{"nobody", "X", "x"},
		{"google", "", ""},
	} {
		if got := Plain(tt.provider, tt.model); got != tt.want {
			t.Errorf("%s %s: %q, want %q", tt.provider, tt.model, got, tt.want)
		}
	}
}
