package claviger

import (
	"errors"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Measure is what a limit counts.
type Measure string

// The measures. Cost is in nano-dollars (1e-9 USD).
const (
	MeasureRequests Measure = "requests"
	MeasureTokens   Measure = "tokens"
	MeasureCost     Measure = "cost"
)

// CounterKind is what a counter belongs to.
type CounterKind string

// The kinds. An access is an integration as one workspace may use it.
const (
	CountAPIKey      CounterKind = "api_key"
	CountWorkspace   CounterKind = "workspace"
	CountAccess      CounterKind = "integration"
	CountProvider    CounterKind = "provider"
	CountUsagePolicy CounterKind = "usage_policy"
	CountRatePolicy  CounterKind = "rate_policy"
)

// Counter names what one limit counts on. It is comparable; two limits of the
// same thing, measure and cadence share one.
type Counter struct {
	Kind CounterKind
	// ID is of the key, workspace, provider or policy; of an access it is
	// "INTEGRATION/WORKSPACE".
	ID      string
	Measure Measure
	// Cadence says when it starts again: "none", "weekly", "monthly", "30d" for
	// budgets, "rps", "rpm", "rph", "rpd", "rpw" for rates.
	Cadence string
	// Value is the group of a policy's counter, "metadata._user:alice"; empty for
	// all others.
	Value string
}

// String is the counter's name, which no other has.
func (c Counter) String() string {
	s := string(c.Kind) + "/" + c.ID + "/" + string(c.Measure) + "/" + c.Cadence
	if c.Value != "" {
		s += "/" + c.Value
	}
	return s
}

// Charge says that an attempt counts on a counter, in the window that began at
// Window, which is when the attempt was admitted.
type Charge struct {
	Counter Counter
	Window  time.Time
}

// Amount is what an entry adds to a counter of measure m.
func (e *Entry) Amount(m Measure) int64 {
	if e.Status == EntryOpen {
		return 0
	}
	switch m {
	case MeasureRequests:
		return 1
	case MeasureTokens:
		return e.Closing.Tokens.In() + e.Closing.Tokens.Out()
	default:
		return e.Closing.Cost
	}
}

// The short forms of kinds and measures in a text of charges.
var (
	kindLetters    = map[CounterKind]byte{CountAPIKey: 'k', CountWorkspace: 'w', CountAccess: 'i', CountProvider: 'p', CountUsagePolicy: 'u', CountRatePolicy: 'r'}
	measureLetters = map[Measure]byte{MeasureRequests: 'r', MeasureTokens: 't', MeasureCost: 'c'}
	kindsByLetter  = map[byte]CounterKind{'k': CountAPIKey, 'w': CountWorkspace, 'i': CountAccess, 'p': CountProvider, 'u': CountUsagePolicy, 'r': CountRatePolicy}
	measuresBy     = map[byte]Measure{'r': MeasureRequests, 't': MeasureTokens, 'c': MeasureCost}
)

// AppendCharge adds c to the text of an opening's charges. Whatever the opening
// says itself is left out: only policies are named. In words, for each charge:
// a letter of the kind and one of the measure, the cadence, the window in
// microseconds, and for policies the id and the escaped group; with colons
// between and a semicolon behind.
func AppendCharge(b []byte, c Charge) []byte {
	b = append(b, kindLetters[c.Counter.Kind], measureLetters[c.Counter.Measure], ':')
	b = append(b, c.Counter.Cadence...)
	b = append(b, ':')
	b = strconv.AppendInt(b, c.Window.UnixMicro(), 10)
	if c.Counter.Kind == CountUsagePolicy || c.Counter.Kind == CountRatePolicy {
		b = append(b, ':')
		b = append(b, c.Counter.ID...)
		b = append(b, ':')
		b = appendEscaped(b, c.Counter.Value)
	}
	return append(b, ';')
}

// appendEscaped adds what [url.QueryEscape] makes of s, without making it first:
// every request writes its charges.
func appendEscaped(b []byte, s string) []byte {
	const digits = "0123456789ABCDEF"
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-', c == '_', c == '.', c == '~':
			b = append(b, c)
		case c == ' ':
			b = append(b, '+')
		default:
			b = append(b, '%', digits[c>>4], digits[c&15])
		}
	}
	return b
}

var errCharges = errors.New("these are no charges")

// ChargesOf reads the charges of an opening. It takes only what [AppendCharge]
// writes.
func (o *Opening) ChargesOf() ([]Charge, error) {
	if o.Charges == "" {
		return nil, nil
	}
	var out []Charge
	for text := range strings.SplitSeq(strings.TrimSuffix(o.Charges, ";"), ";") {
		c, err := o.charge(strings.Split(text, ":"))
		if err != nil {
			return nil, err
		}
		out = append(out, c)
	}
	return out, nil
}

func (o *Opening) charge(parts []string) (Charge, error) {
	if len(parts) < 3 || len(parts[0]) != 2 {
		return Charge{}, errCharges
	}
	kind, known := kindsByLetter[parts[0][0]]
	measure, measured := measuresBy[parts[0][1]]
	window, err := strconv.ParseInt(parts[2], 10, 64)
	if !known || !measured || err != nil || parts[1] == "" {
		return Charge{}, errCharges
	}
	c := Counter{Kind: kind, Measure: measure, Cadence: parts[1]}
	switch kind {
	case CountAPIKey:
		c.ID = string(o.APIKeyID)
	case CountWorkspace:
		c.ID = string(o.WorkspaceID)
	case CountAccess:
		c.ID = AccessID(o.IntegrationID, o.WorkspaceID)
	case CountProvider:
		c.ID = string(o.ProviderID)
	default:
		if len(parts) != 5 {
			return Charge{}, errCharges
		}
		c.ID = parts[3]
		if c.Value, err = url.QueryUnescape(parts[4]); err != nil {
			return Charge{}, errCharges
		}
		return Charge{c, time.UnixMicro(window).UTC()}, nil
	}
	if len(parts) != 3 {
		return Charge{}, errCharges
	}
	return Charge{c, time.UnixMicro(window).UTC()}, nil
}

// AccessID names an integration as one workspace may use it.
func AccessID(i IntegrationID, w WorkspaceID) string { return string(i) + "/" + string(w) }

// Usage is the state of a counter: Used in the window that began at Window.
type Usage struct {
	Counter Counter
	Window  time.Time
	Used    int64 // requests, tokens or nano-dollars
}

// UsageQuery selects counters of one policy, by the names of their groups. Zero
// fields select everything.
type UsageQuery struct {
	Measure Measure
	Cadence string
	Search  string // the group contains it, case-sensitive
	// From leaves out counters whose window began before: they count from zero
	// again.
	From    time.Time
	AtLeast *int64 // used so much or more
	Below   *int64 // used less
	Page    Page
}
