package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/claviger/claviger/internal/pricing"
)

// multipliers are given as NUMBER or KEY=NUMBER. It implements [flag.Value].
type multipliers map[string]json.Number

func (m multipliers) String() string { return "" }

func (m multipliers) Set(text string) error {
	key, number, named := strings.Cut(text, "=")
	if !named {
		key, number = "default", text
	}
	var n json.Number
	if json.Unmarshal([]byte(number), &n) != nil || n == "" || strings.HasPrefix(number, `"`) {
		return errors.New("want NUMBER or KEY=NUMBER")
	}
	group, _, grouped := strings.Cut(key, ".")
	if grouped && group != "additional_units" && key != "image.default" || !grouped && key != "default" && !slices.Contains(pricing.TokenKinds, key) {
		return fmt.Errorf("%q is no key of a multiplier", key)
	}
	if _, twice := m[key]; twice {
		return fmt.Errorf("%s is given twice", key)
	}
	m[key] = n
	return nil
}

// adjustments are the multipliers as an integration has them.
func (m multipliers) adjustments() json.RawMessage {
	all := map[string]any{}
	for key, n := range m {
		if group, member, grouped := strings.Cut(key, "."); grouped {
			inner, _ := all[group].(map[string]any)
			if inner == nil {
				inner = map[string]any{}
			}
			inner[member] = n
			all[group] = inner
			continue
		}
		all[key] = n
	}
	out, err := json.Marshal(map[string]any{"multiplier": all})
	if err != nil {
		return nil // maps of numbers marshal
	}
	return out
}
