package llm

import (
	"errors"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	claviger "github.com/claviger/claviger"
)

// many are n members with names of their own, each padded.
func many(n int, padding string) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(`"` + padding + strconv.Itoa(i) + `":0`)
	}
	return b.String()
}

func TestObjectsOfTooManyMembersAreRefused(t *testing.T) {
	for name, tt := range map[string]struct{ body, path string }{
		"as many as may be":          {`{"logit_bias":{` + many(10000, "") + `}}`, ""},
		"many objects":               {`{"m":[` + strings.Repeat(`{"a":1,"b":2},`, 20000) + `0]}`, ""},
		"a text that looks like one": {`{"m":"{` + strings.ReplaceAll(many(20000, ""), `"`, `\"`) + `}"}`, ""},
		"at the top":                 {`{` + many(10001, "") + `}`, "body"},
		"in a member":                {`{"model":"m","logit_bias":{` + many(10001, "") + `}}`, "logit_bias"},
		"deep":                       {`{"tools":[{},{"a":[1,[2],{"b\n":{` + many(10001, "") + `}}]}]}`, "tools[1].a[2].b?"},
		"with space around":          {`{ "a" : { ` + strings.ReplaceAll(many(10001, ""), ":", " :\n") + `}}`, "a"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Scan([]byte(tt.body))
			var e *claviger.Error
			if tt.path == "" {
				if err != nil {
					t.Fatal(err)
				}
			} else if !errors.As(err, &e) || e.Code != claviger.Invalid || e.Problems[0].Path != tt.path {
				t.Fatalf("%+v", err)
			}
		})
	}
}

// What is asked for covers what is taken, however a body is made.
func TestRoomIsAskedForTablesOfNames(t *testing.T) {
	nested := func(n int, inner, outer string) string {
		return `{"a":` + strings.Repeat(`{"":`, n) + inner + strings.Repeat(outer+`}`, n) + `}`
	}
	long := strings.Repeat("x", 1<<20)
	for name, tt := range map[string]struct {
		body  string
		asked bool
	}{
		"a chat":                     {string(chatBody(2 << 20)), false},
		"a text":                     {`{"a":"` + strings.Repeat(`say \"x\": `, 1<<16) + `"}`, false},
		"one large object":           {`{"a":{` + many(10000, "") + `}}`, true},
		"objects in objects":         {nested(200, "0", ","+many(5000, "")), true},
		"much depth":                 {nested(9000, "0", ""), true},
		"much depth and no end":      {`{"a":` + strings.Repeat(`{"":`, 9000), true},
		"a long name":                {`{"` + long + `":0}`, true},
		"long names":                 {`{"a":{` + many(1000, long[:1000]) + `}}`, true},
		"a long name with quotes":    {`{"` + strings.Repeat(`xxxxxx\"`, 1<<17) + `":0}`, true},
		"a long name with backslash": {`{"` + strings.Repeat(`\\`, 1<<19) + `" : 0}`, true},
	} {
		t.Run(name, func(t *testing.T) {
			asked := int64(0)
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, err := ScanWithin([]byte(tt.body), func(n int64) error { asked = n; return nil })
			runtime.ReadMemStats(&after)
			if taken := after.TotalAlloc - before.TotalAlloc; asked > 0 != tt.asked || asked > 0 && int64(taken) > 3*asked {
				t.Fatalf("asked for %d, allocated %d in all: %v", asked, taken, err)
			}
		})
	}
}

func TestWithoutRoomNothingIsRead(t *testing.T) {
	full := errors.New("full")
	r, err := ScanWithin([]byte(`{"model":"m","a":{`+many(10000, "")+`}}`), func(int64) error { return full })
	if err != full || r.Model != "" {
		t.Fatalf("%v, %v", r.Model, err)
	}
}

// A body that needs no closer look has no name of any length in it.
func TestPlainBodiesHaveNoLongNames(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		piece := rapid.SampledFrom([]string{`\"`, `\\`, `x`, `:`, ` `, strings.Repeat("y", 250), `\"` + strings.Repeat("z", 253)})
		name := strings.Join(rapid.SliceOfN(piece, 1, 60).Draw(t, "name"), "")
		before := `{"a":"` + strings.Join(rapid.SliceOfN(piece, 20, 60).Draw(t, "before"), "") + `","`
		space := rapid.SampledFrom([]string{"", " ", "\n\t "}).Draw(t, "space")
		body := []byte(before + name + `"` + space + `:0,"b":"` + strings.Repeat("w", plainMarks) + `"}`)
		if len(name) >= 2*plainName && plainBody(body) {
			t.Fatalf("a name of %d bytes", len(name))
		}
	})
}

func FuzzScanWithin(f *testing.F) {
	f.Add([]byte(`{"a":[{"b":{"c":1}},"d":2]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		if need, path := measure(body); need < 0 || path != "" && len(body) < maxMembers {
			t.Fatal(need, path)
		}
	})
}
