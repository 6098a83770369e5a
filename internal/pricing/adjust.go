package pricing

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/claviger/claviger/internal/catalogue"
)

// TokenKinds are the names that prices and multipliers of tokens have, beside
// additional_units, which may hold any, and, of multipliers, "default" and
// image.default. Nothing is counted apart for predictions, which are output, and
// for images written to a cache; those two have no effect.
var TokenKinds = []string{
	"request_token", "response_token",
	"cache_read_input_token", "cache_write_input_token", "cache_read_audio_input_token",
	"request_audio_token", "response_audio_token", "reasoning_token",
	"prediction_accepted_token", "prediction_rejected_token",
	"request_image_token", "response_image_token", "request_text_token", "response_text_token",
	"cache_read_image_input_token", "cache_read_text_input_token",
	"cache_write_text_input_token", "cache_write_image_input_token",
}

const standard = "default"

// factors are the multipliers of an integration by name.
type factors map[string]factor

// of is the multiplier of a unit that is charged at the price named key. A unit
// that has no price of its own is adjusted as what it is billed as, unless its
// own multiplier is set. What is kept for an hour is a cache write, too.
func (f factors) of(u catalogue.Unit, key string, own bool) factor {
	order := []string{key, standard}
	if !own {
		order = []string{keys[u], key, standard}
	}
	if u == catalogue.CacheWrite1h {
		order = []string{keys[u], keys[catalogue.CacheWrite], key, standard}
	}
	for _, name := range order {
		if x, ok := f[name]; ok {
			return x
		}
	}
	return one
}

// readFactors reads pricing_adjustments. Multipliers that are null are not there.
func readFactors(raw json.RawMessage) (factors, error) {
	if isNull(raw) {
		return nil, nil
	}
	var in struct {
		Multiplier map[string]json.RawMessage `json:"multiplier"`
	}
	if json.Unmarshal(raw, &in) != nil {
		return nil, errors.New("pricing_adjustments is no object of multipliers")
	}
	f := factors{}
	for name, value := range in.Multiplier {
		if err := f.read(name, value); err != nil {
			return nil, err
		}
	}
	return f, nil
}

func (f factors) read(name string, value json.RawMessage) error {
	switch {
	case isNull(value):
		return nil
	case name == "additional_units" || name == "image":
		var group map[string]*json.Number
		if json.Unmarshal(value, &group) != nil {
			return fmt.Errorf("multiplier.%s is no object of multipliers", name)
		}
		for member, n := range group {
			if n != nil {
				if err := f.set(name+"."+member, n.String()); err != nil {
					return err
				}
			}
		}
		return nil
	case name != standard && !slices.Contains(TokenKinds, name):
		return fmt.Errorf("multiplier.%s is no price", name)
	}
	var n json.Number
	if json.Unmarshal(value, &n) != nil {
		return fmt.Errorf("multiplier.%s is no number", name)
	}
	return f.set(name, n.String())
}

func (f factors) set(name, text string) error {
	x, err := parseFactor(text)
	if err != nil {
		return fmt.Errorf("multiplier.%s %w", name, err)
	}
	f[name] = x
	return nil
}
