package pricing

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/claviger/claviger/internal/catalogue"
)

// custom are the prices of a pricing_config, by their names.
type custom map[string]price

// textKeys are the other names that prices of text have; they come first.
var textKeys = map[catalogue.Unit]string{
	catalogue.Input: "request_text_token", catalogue.Output: "response_text_token",
	catalogue.CacheRead: "cache_read_text_input_token", catalogue.CacheWrite: "cache_write_text_input_token",
}

func (c custom) price(u catalogue.Unit) (price, string, bool) {
	for _, key := range []string{textKeys[u], keys[u]} {
		if p, ok := c[key]; ok && key != "" {
			return p, key, true
		}
	}
	return 0, keys[u], false
}

// readCustom reads a pricing_config: prices in US dollars per million units.
// Those that are null are not there.
func readCustom(raw json.RawMessage) (custom, error) {
	if isNull(raw) {
		return nil, nil
	}
	var config struct {
		Type       string                     `json:"type"`
		PayAsYouGo map[string]json.RawMessage `json:"pay_as_you_go"`
	}
	if err := json.Unmarshal(raw, &config); err != nil || config.Type != "" && config.Type != "static" {
		return nil, errors.New("pricing_config is no static price")
	}
	out := custom{}
	for name, value := range config.PayAsYouGo {
		if err := out.read("pay_as_you_go", "", name, value); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (c custom) read(path, prefix, name string, value json.RawMessage) error {
	if isNull(value) {
		return nil
	}
	if prefix == "" && name == "additional_units" {
		var units map[string]json.RawMessage
		if json.Unmarshal(value, &units) != nil {
			return fmt.Errorf("%s.additional_units is no object", path)
		}
		for unit, value := range units {
			if err := c.read(path+".additional_units", additional, unit, value); err != nil {
				return err
			}
		}
		return nil
	}
	if prefix == "" && !slices.Contains(TokenKinds, name) {
		return fmt.Errorf("%s.%s is no price", path, name)
	}
	var entry struct {
		Price *json.Number `json:"price"`
	}
	if json.Unmarshal(value, &entry) != nil || entry.Price == nil {
		return fmt.Errorf("%s.%s has no price", path, name)
	}
	p, err := parsePrice(entry.Price.String())
	if err != nil {
		return fmt.Errorf("%s.%s.price %w", path, name, err)
	}
	c[prefix+name] = p
	return nil
}

func isNull(raw json.RawMessage) bool { return len(raw) == 0 || string(raw) == "null" }
