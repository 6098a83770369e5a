package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/claviger/claviger/internal/secret"
)

// printer writes what a visitor reads. Whatever it was told to hide appears as
// its mask.
type printer struct {
	w      io.Writer
	hidden []string
	steps  int
}

// hide makes a secret appear as its mask from now on.
func (p *printer) hide(v string) { p.hidden = append(p.hidden, v) }

func (p *printer) mask(text string) string {
	for _, v := range p.hidden {
		text = strings.ReplaceAll(text, v, secret.Mask(v))
	}
	return text
}

// say prints a line.
func (p *printer) say(format string, args ...any) {
	fmt.Fprintln(p.w, p.mask(fmt.Sprintf(format, args...)))
}

// piece prints text as it comes, without a line end.
func (p *printer) piece(text string) { fmt.Fprint(p.w, p.mask(text)) }

// step prints the headline of the next step.
func (p *printer) step(title string) {
	p.steps++
	p.say("\n%d. %s", p.steps, title)
}

// request prints a call as one would type it.
func (p *printer) request(c call) {
	p.say("   $ curl -X %s %s \\\n       -H 'x-portkey-api-key: %s'%s%s", c.method, c.url, c.key,
		c.moreHeaders(), c.data())
}

// answer prints a status and a JSON body.
func (p *printer) answer(status string, body []byte) {
	text := string(body)
	var b bytes.Buffer
	if json.Indent(&b, bytes.TrimSpace(body), "   ", "  ") == nil {
		text = b.String()
	}
	p.say("   %s\n   %s", status, text)
}

// checked prints what was found to be as it should.
func (p *printer) checked(format string, args ...any) {
	p.say("   ok: "+format, args...)
}
