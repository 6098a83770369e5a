package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/llm"
	"github.com/claviger/claviger/internal/provider"
	"github.com/claviger/claviger/internal/provider/anthropic"
	"github.com/claviger/claviger/internal/secret"
	"github.com/claviger/claviger/internal/sse"
)

// maxUsage bounds the answer that is read, in bytes.
const maxUsage = 64 << 20

var errNoUsage = errors.New("the answer says nothing of its usage")

// readUsage is what an answer used: its usage object alone, a whole answer, or a
// stream, read as the gateway does.
func (a *priceAsked) readUsage(stdin io.Reader) (claviger.Tokens, error) {
	answer := []byte(a.usage)
	if a.usage == "-" {
		var err error
		if answer, err = io.ReadAll(io.LimitReader(stdin, maxUsage+1)); err != nil {
			return claviger.Tokens{}, fmt.Errorf("read the usage: %w", err)
		}
		if len(answer) > maxUsage {
			return claviger.Tokens{}, fmt.Errorf("the answer is larger than %d MiB", maxUsage>>20)
		}
	}
	decoder, wrap, err := dialectOf(a.provider)
	if err != nil {
		return claviger.Tokens{}, err
	}
	answer = bytes.TrimSpace(answer)
	if len(answer) == 0 || answer[0] != '{' {
		return streamUsage(decoder, answer)
	}
	whole := false
	if !llm.Members(answer, func(name, _ []byte) bool {
		whole = whole || string(name) == "usage" || string(name) == "x_groq" || string(name) == "choices" || string(name) == "content"
		return true
	}) {
		return claviger.Tokens{}, errors.New("the usage is no JSON object")
	}
	if !whole {
		answer = fmt.Appendf(nil, wrap, answer)
	}
	if _, err := decoder.Body(answer); err != nil {
		return claviger.Tokens{}, err
	}
	return said(decoder)
}

// streamUsage reads the frames of a stream.
func streamUsage(d provider.Decoder, stream []byte) (claviger.Tokens, error) {
	for rest := append(stream, "\n\n"...); ; {
		n := sse.Next(rest)
		if n == 0 {
			return said(d)
		}
		if _, _, err := d.Frame(nil, rest[:n:n]); err != nil {
			return claviger.Tokens{}, err
		}
		rest = rest[n:]
	}
}

func said(d provider.Decoder) (claviger.Tokens, error) {
	u, known := d.Usage()
	if !known && !u.InputSaid && !u.OutputSaid {
		return claviger.Tokens{}, errNoUsage
	}
	return u.Tokens, nil
}

// dialectOf is what reads answers of a kind of provider, and how a usage object
// alone becomes an answer.
func dialectOf(kind string) (d provider.Decoder, wrap string, err error) {
	var adapter anthropic.Adapter
	if kind != adapter.Spec().ID {
		return llm.NewDecoder(llm.Request{}), `{"choices":[],"usage":%s}`, nil
	}
	account, err := adapter.Compile(provider.Settings{AIProvider: kind, Key: secret.New("none")})
	if err != nil {
		return nil, "", err
	}
	return account.Decode(provider.Call{Operation: provider.Chat}), `{"type":"message","content":[],"usage":%s}`, nil
}
