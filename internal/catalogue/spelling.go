package catalogue

import (
	"slices"
	"strings"
)

// spellings are the names that a request's name may stand for, the likeliest
// first.
func spellings(aiProvider, model string) []string {
	out := append(make([]string, 0, 8), model)
	add := func(s string) {
		if s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	if unwrap := wrappings[aiProvider]; unwrap != nil {
		unwrap(model, add)
	}
	for _, s := range slices.Clone(out) {
		fineTuned(s, add)
	}
	for _, s := range slices.Clone(out) {
		add(undated(s))
	}
	return out
}

// Plain is the name of a model alone, in lower case: without what a provider lets
// callers put around it (a region, an ARN, a path, a way to choose a host), which
// changes nothing about which model it is.
func Plain(aiProvider, model string) string {
	model = strings.ToLower(model)
	plain := model
	if unwrap := wrappings[aiProvider]; unwrap != nil && len(model) <= maxName {
		unwrap(model, func(s string) {
			if s != "" {
				plain = s
			}
		})
	}
	return plain
}

// wrappings take off, by provider, what callers may put around a name.
var wrappings = map[string]func(model string, add func(string)){
	"bedrock":     bedrock,
	"google":      google,
	"vertex-ai":   google,
	"huggingface": huggingFace,
	"openrouter":  openRouter,
}

// geographies are the prefixes of names that keep a request within a part of
// the world.
var geographies = []string{"us.", "eu.", "apac.", "au.", "ca.", "jp.", "in.", "us-gov.", "global."}

// bedrock takes the model out of an ARN and the geography off a name.
func bedrock(model string, add func(string)) {
	if strings.HasPrefix(model, "arn:") {
		_, resource, _ := strings.Cut(model, "/")
		add(resource)
		model = resource
	}
	for _, g := range geographies {
		if rest, ok := strings.CutPrefix(model, g); ok {
			add(rest)
		}
	}
}

// google takes off the path of a resource and its publisher, and writes
// name@version as name-version and as name.
func google(model string, add func(string)) {
	if _, after, ok := cutLast(model, "models/"); ok {
		model = after
		add(model)
	}
	if _, after, ok := cutLast(model, "/"); ok {
		model = after
		add(model)
	}
	if after, ok := strings.CutPrefix(model, "anthropic."); ok {
		model = after
		add(model)
	}
	if base, version, ok := strings.Cut(model, "@"); ok {
		add(base + "-" + version)
		add(base)
	}
}

// huggingFace takes off the provider that the router is to use, or its policy.
func huggingFace(model string, add func(string)) {
	if base, _, ok := cutLast(model, ":"); ok {
		add(base)
	}
}

// openRouter takes off ways to choose a provider. Other suffixes, like :free,
// are models of their own.
func openRouter(model string, add func(string)) {
	for _, way := range []string{":nitro", ":floor", ":exacto", ":online"} {
		if base, ok := strings.CutSuffix(model, way); ok {
			add(base)
		}
	}
}

// fineTuned adds the model that ft:base:… or base.ft… is based on, first as
// fine-tuned.
func fineTuned(model string, add func(string)) {
	if rest, ok := strings.CutPrefix(model, "ft:"); ok {
		base, _, _ := strings.Cut(rest, ":")
		add(base)
	}
	if base, rest, ok := strings.Cut(model, ".ft"); ok && (rest == "" || rest[0] == '-') {
		add("ft:" + base)
		add(base)
	}
}

// undated takes "latest" or a date off the end of a name.
func undated(model string) string {
	for _, end := range []string{"-latest", "@latest", "@default"} {
		if base, ok := strings.CutSuffix(model, end); ok {
			return base
		}
	}
	for _, date := range []string{"*-####-##-##", "*-########", "*@########"} {
		if globMatch(date, model) {
			return model[:len(model)-len(date)+1]
		}
	}
	return ""
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}
