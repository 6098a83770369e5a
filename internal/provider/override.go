package provider

import (
	"encoding/json"
	"maps"
	"net/http"

	"github.com/claviger/claviger/internal/secret"
)

// Override returns s for one model that has a host or headers of its own: host
// replaces the custom host unless it is "", and each of headers, which is
// custom_headers as JSON or zero, replaces the account's of the same name. s
// stays as it is.
func (s Settings) Override(host string, headers secret.String) Settings {
	s.Plain, s.Secret = maps.Clone(s.Plain), maps.Clone(s.Secret)
	if host != "" {
		if s.Plain == nil {
			s.Plain = map[string]json.RawMessage{}
		}
		s.Plain[CustomHost], _ = json.Marshal(host) // strings always encode
	}
	if !headers.IsZero() {
		if s.Secret == nil {
			s.Secret = map[string]secret.String{}
		}
		s.Secret[CustomHeaders] = over(headers, s.Secret[CustomHeaders])
	}
	return s
}

// over joins two objects of headers; names of top hide those of base, whatever
// their case. What is no such object is left to [Settings.CustomHeaders] to
// refuse.
func over(top, base secret.String) secret.String {
	var above, below map[string]json.RawMessage
	if base.IsZero() {
		return top
	}
	if json.Unmarshal([]byte(top.Reveal()), &above) != nil {
		return top
	}
	if json.Unmarshal([]byte(base.Reveal()), &below) != nil {
		return base
	}
	hidden := map[string]bool{}
	for name := range above {
		hidden[http.CanonicalHeaderKey(name)] = true
	}
	for name, value := range below {
		if !hidden[http.CanonicalHeaderKey(name)] {
			above[name] = value
		}
	}
	joined, err := json.Marshal(above)
	if err != nil {
		return top
	}
	return secret.New(string(joined))
}
