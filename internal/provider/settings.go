package provider

import (
	"encoding/json"
	"errors"
	"net/url"
	"strings"
)

// The configuration fields that every kind has.
const (
	CustomHost    = "custom_host"    // replaces the kind's base URL; plain
	CustomHeaders = "custom_headers" // object of strings; secret as a whole
)

// Text is the plain field of that name when it is a JSON string, else "".
func (s Settings) Text(field string) string {
	var v string
	if raw, ok := s.Plain[field]; !ok || json.Unmarshal(raw, &v) != nil {
		return ""
	}
	return v
}

// Part is the plain field of that name, for use in a URL: it is there and has
// the format. Values that a secret mapping gave were not seen by Validate. The
// error does not hold the value.
func (s Settings) Part(field string, f Format) (string, error) {
	v := s.Text(field)
	switch {
	case v == "":
		return "", errors.New("there is no " + field)
	case checkLine(v) != "" || f.Check(v) != "":
		return "", errors.New(field + " does not have its format")
	}
	return v, nil
}

// Base is where the account is: the custom host, else fallback. It has no
// trailing slash. The error says what is wrong with the custom host; private
// addresses are left to the dialler.
func (s Settings) Base(fallback string) (*url.URL, error) {
	raw := s.Text(CustomHost)
	if raw == "" {
		raw = fallback
	} else if problem := CheckHost(raw, true); problem != "" {
		return nil, errors.New("custom host: " + problem)
	}
	if raw == "" {
		return nil, errors.New("there is no custom host")
	}
	u, err := url.Parse(strings.TrimRight(raw, "/"))
	if err != nil {
		return nil, errors.New("the base URL cannot be read")
	}
	u.Scheme, u.Host = strings.ToLower(u.Scheme), strings.ToLower(u.Host)
	return u, nil
}
