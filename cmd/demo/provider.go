package main

import (
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/claviger/claviger/internal/emulator"
)

// upstream is the provider that the demo calls.
type upstream struct {
	host  string // base URL with the version path
	key   string
	model string
	words string // what is said of it at the start
	// start runs what has to run for it, and returns what ends it; nil when
	// there is nothing to run.
	start func() (end func(), err error)
}

// provider is the upstream that the environment names, else the emulator.
func provider(getenv func(string) string) (*upstream, error) {
	host, model, key := getenv("DEMO_UPSTREAM"), getenv("DEMO_MODEL"), getenv("DEMO_KEY")
	if host == "" {
		if model != "" || key != "" {
			return nil, errors.New("DEMO_MODEL and DEMO_KEY need DEMO_UPSTREAM, the provider's base URL")
		}
		return emulated()
	}
	u, err := url.Parse(host)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return nil, errors.New("DEMO_UPSTREAM must be a base URL such as http://127.0.0.1:11434/v1")
	}
	if model == "" {
		return nil, errors.New("DEMO_UPSTREAM needs DEMO_MODEL, the model to ask")
	}
	if key == "" {
		key = "no-key-needed" // local servers take any
	}
	return &upstream{host: strings.TrimRight(host, "/"), key: key, model: model,
		words: "The provider is " + u.Redacted() + ", the model " + model + "."}, nil
}

func emulated() (*upstream, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	key := "sk-emulator-" + randomWord()
	server := &http.Server{
		Handler:           &emulator.Server{Key: key, WordPause: 40 * time.Millisecond},
		ReadHeaderTimeout: 10 * time.Second,
	}
	return &upstream{
		host: "http://" + l.Addr().String() + "/v1", key: key, model: emulator.Model,
		words: "The provider is a BUILT-IN EMULATOR, not a model. For a real one set DEMO_UPSTREAM and DEMO_MODEL.",
		start: func() (func(), error) {
			go func() { _ = server.Serve(l) }() // ends with Close
			return func() { server.Close() }, nil
		},
	}, nil
}
