package admin

import (
	"bytes"
	"strings"

	claviger "github.com/claviger/claviger"
)

// usageFields and rateFields are those of limits.
var (
	usageFields = limitFields[claviger.UsagePolicy]
	rateFields  = limitFields[claviger.RatePolicy]
)

// mistyped refuses a field that nobody knows, at the path, when its name is almost
// one of those declared: without what was meant a limit holds less than it should.
func (p *problems) mistyped(at string, m member, declared []string) {
	if !isNull(m.value) && string(bytes.TrimSpace(m.value)) != `""` {
		p.misnamed(at, m.name, declared)
	}
}

// misnamed is mistyped for a field that has a value.
func (p *problems) misnamed(at, name string, declared []string) {
	meant := nearest(name, declared)
	for _, d := range declared {
		if strings.EqualFold(d, name) {
			meant = d
		}
	}
	if meant != "" && meant != name {
		p.add(at, didYouMean+meant+"?")
	}
}
