package limits

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
)

// storedCondition is a condition as the admin API takes and gives it.
type storedCondition struct {
	Key      string `json:"key"`
	Value    texts  `json:"value"`
	Excludes texts  `json:"excludes"`
}

// texts is a string or a list of strings.
type texts []string

// UnmarshalJSON implements [json.Unmarshaler].
func (t *texts) UnmarshalJSON(b []byte) error {
	var one string
	if err := json.Unmarshal(b, &one); err == nil {
		if one != "" {
			*t = texts{one}
		}
		return nil
	}
	var many []string
	if err := json.Unmarshal(b, &many); err != nil {
		return errors.New("is neither a text nor a list of texts")
	}
	*t = many
	return nil
}

// condition is one thing that a policy asks of a request.
type condition struct {
	key      key
	values   []string
	excludes []string
}

var (
	errKey   = errors.New("names an unknown key")
	errValue = errors.New("has a condition without a value")
)

func (s storedCondition) compile() (condition, error) {
	if len(s.Value) == 0 || slices.Contains(s.Value, "") || slices.Contains(s.Excludes, "") {
		return condition{}, errValue
	}
	c := condition{keyOf(s.Key), s.Value, s.Excludes}
	if c.key.name == "model" { // its names are compared in lower case
		c.values, c.excludes = lower(s.Value), lower(s.Excludes)
	}
	return c, nil
}

func lower(patterns []string) []string {
	out := make([]string, len(patterns))
	for i, p := range patterns {
		out[i] = strings.ToLower(p)
	}
	return out
}

// matches reports whether the request has a value for the key that one of the
// patterns matches and none of the excluded ones does.
func (c *condition) matches(s *subject) bool {
	if c.key.name == "model" {
		return c.model(c.values, s) && !c.model(c.excludes, s)
	}
	value := s.of(c.key)
	return value != "" && anyOf(c.values, value) && !anyOf(c.excludes, value)
}

// model reports whether a pattern matches one of the names of the model: with
// "@" in front the full ones, else the model alone.
func (c *condition) model(patterns []string, s *subject) bool {
	for _, p := range patterns {
		for _, name := range s.names() {
			if p[0] != '@' && glob(p, form{model: name}) {
				return true
			}
			called, ok := full(strings.ToLower(s.VirtualKey), name)
			if ok && glob(p, called) {
				return true
			}
			made, ok := full(strings.ToLower(s.Provider), name)
			if ok && glob(p, made) {
				return true
			}
		}
	}
	return false
}

func anyOf(patterns []string, value string) bool {
	for _, p := range patterns {
		if glob(p, form{model: value}) {
			return true
		}
	}
	return false
}

// glob reports whether the pattern matches the whole text. "*" stands for any
// number of characters; all else for itself. An empty text is matched by nothing.
func glob(pattern string, text form) bool {
	size := text.len()
	if size == 0 {
		return false
	}
	p, t, star, resume := 0, 0, -1, 0
	for t < size {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, resume = p, t
			p++
		case p < len(pattern) && pattern[p] == text.at(t):
			p++
			t++
		case star >= 0: // let the last star have one more
			resume++
			p, t = star+1, resume
		default:
			return false
		}
	}
	for p < len(pattern) && pattern[p] == '*' {
		p++
	}
	return p == len(pattern)
}
