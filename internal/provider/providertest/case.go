package providertest

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/claviger/claviger/internal/llm"
	"github.com/claviger/claviger/internal/provider"
	"github.com/claviger/claviger/internal/sse"
)

func runCase(t *testing.T, adapter provider.Adapter, c testCase) {
	account := compile(t, adapter, c)
	call := c.call(t)
	c.checkEncode(t, account, call)
	c.checkBody(t, account, call)
	c.checkStream(t, account, call)
	c.checkFault(t, adapter)
}

func (c testCase) checkEncode(t *testing.T, account provider.Account, call provider.Call) {
	before := bytes.Clone(call.Request.Body)
	up, err := account.Encode(call)
	if !bytes.Equal(before, call.Request.Body) {
		t.Error("Encode wrote to the caller's body")
	}
	if refused := c.parts["refused"]; refused != nil {
		if err == nil || err.Error() != strings.TrimSpace(string(refused)) {
			t.Errorf("Encode: %v, want %s", err, refused)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	if want := c.parts["upstream.json"]; want != nil {
		sameJSON(t, "upstream body", want, up.Body)
	}
	if want := c.parts["path"]; want != nil && account.Base().String()+up.Path != strings.TrimSpace(string(want)) {
		t.Errorf("path %s%s, want %s", account.Base(), up.Path, want)
	}
	req, err := http.NewRequest(http.MethodPost, account.Base().String()+up.Path, bytes.NewReader(up.Body))
	if err != nil {
		t.Fatal(err)
	}
	for name, values := range up.Header {
		req.Header[name] = values
	}
	if err := account.Authorize(t.Context(), req, up.Body); err != nil {
		t.Fatal(err)
	}
	clean(t, "the upstream body", string(up.Body))
	clean(t, "the upstream URL", req.URL.String())
	if want := c.parts["header"]; want != nil {
		if d := cmp.Diff(strings.TrimSpace(string(want)), headerLines(req.Header)); d != "" {
			t.Error(d)
		}
	}
}

func (c testCase) checkBody(t *testing.T, account provider.Account, call provider.Call) {
	answer := c.parts["answer.json"]
	if answer == nil {
		return
	}
	d := account.Decode(call)
	got, err := d.Body(bytes.Clone(answer))
	if c.broke(t, err) {
		return
	}
	if want := c.parts["want.json"]; want != nil {
		sameJSON(t, "answer", want, got)
	}
	c.checkUsage(t, d)
	random := rand.New(rand.NewPCG(1, uint64(len(answer))))
	for range 300 {
		d := account.Decode(call)
		if _, err := d.Body(mutated(random, answer)); err != nil {
			clean(t, "the error", err.Error())
		}
		sane(t, d)
	}
}

func (c testCase) checkStream(t *testing.T, account provider.Account, call provider.Call) {
	stream := c.parts["stream"]
	if stream == nil {
		return
	}
	d := account.Decode(call)
	got, ended, err := run(d, stream)
	if want := c.parts["want-stream"]; want != nil {
		if diff := cmp.Diff(events(want), events(got)); diff != "" {
			t.Errorf("stream:\n%s\ngot %s", diff, got)
		}
	}
	if !c.broke(t, err) && !ended {
		t.Error("the stream has no end")
	}
	c.checkUsage(t, d)
	for cut := range len(stream) {
		d := account.Decode(call)
		again, _, _ := run(d, stream[:cut], stream[cut:])
		if diff := cmp.Diff(events(got), events(again)); diff != "" {
			t.Fatalf("cut at %d:\n%s", cut, diff)
		}
	}
	random := rand.New(rand.NewPCG(2, uint64(len(stream))))
	for range 300 {
		d := account.Decode(call)
		if _, _, err := run(d, mutated(random, stream)); err != nil {
			clean(t, "the error", err.Error())
		}
		sane(t, d)
	}
	for cut := 0; cut < len(stream); cut += 7 {
		d := account.Decode(call)
		run(d, stream[:cut]) //nolint:errcheck // only the count matters
		sane(t, d)
	}
}

func (c testCase) checkFault(t *testing.T, adapter provider.Adapter) {
	fault := c.parts["fault"]
	if fault == nil {
		return
	}
	status, err := strconv.Atoi(c.about["status"])
	if err != nil {
		t.Fatal(err)
	}
	got := llm.AppendError(nil, adapter.Spec().ID, llm.ParseFault(status, fault))
	sameJSON(t, "fault", c.parts["want-fault.json"], got)
}

// broke checks an error against the case, and reports whether there is one.
func (c testCase) broke(t *testing.T, err error) bool {
	t.Helper()
	want, ok := c.parts["broken"]
	switch {
	case err != nil && (!ok || err.Error() != strings.TrimSpace(string(want))):
		t.Errorf("error %q, want %q", err, want)
	case err == nil && ok:
		t.Errorf("no error, want %s", want)
	}
	if err != nil {
		clean(t, "the error", err.Error())
	}
	return err != nil
}

func (c testCase) checkUsage(t *testing.T, d provider.Decoder) {
	t.Helper()
	raw := c.parts["usage.json"]
	if raw == nil {
		return
	}
	type said struct {
		Known bool
		provider.Usage
	}
	var want, got said
	if err := json.Unmarshal(raw, &want); err != nil {
		t.Fatal(err)
	}
	if want.Known {
		want.InputSaid, want.OutputSaid = true, true
	}
	got.Usage, got.Known = d.Usage()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("usage:\n%s", diff)
	}
}

// sane fails when counts make no sense.
func sane(t *testing.T, d provider.Decoder) {
	t.Helper()
	u, _ := d.Usage()
	k := u.Tokens
	for _, n := range []int64{k.Input, k.CacheRead, k.CacheWrite5m, k.CacheWrite1h, k.AudioInput, k.ImageInput,
		k.CacheReadAudio, k.CacheReadImage, k.WebSearches, k.FileSearches,
		k.Output, k.AudioOutput, k.ImageOutput, k.Reasoning, k.Output - k.Reasoning, k.In(), k.Out()} {
		if n < 0 {
			t.Fatalf("tokens %+v", k)
		}
	}
}

// run feeds a stream that arrives in pieces, as a gateway does.
func run(d provider.Decoder, pieces ...[]byte) (out []byte, last bool, err error) {
	var buf []byte
	for _, p := range pieces {
		buf = append(buf, p...)
		for n := sse.Next(buf); n > 0 && !last && err == nil; n = sse.Next(buf) {
			out, last, err = d.Frame(out, buf[:n:n])
			buf = buf[n:]
		}
	}
	if frame, ok := sse.EndOfStream(buf); ok && !last && err == nil {
		out, last, err = d.Frame(out, frame)
	}
	return out, last, err
}

// mutated is b with some bytes changed, dropped or doubled.
func mutated(random *rand.Rand, b []byte) []byte {
	b = bytes.Clone(b)
	for range 1 + random.IntN(4) {
		if len(b) == 0 {
			return b
		}
		i := random.IntN(len(b))
		switch random.IntN(4) {
		case 0:
			b[i] = `{}[]",:\0-e`[random.IntN(11)]
		case 1:
			b = slices.Delete(b, i, min(len(b), i+1+random.IntN(8)))
		case 2:
			b = slices.Insert(b, i, b[i:min(len(b), i+random.IntN(16))]...)
		default:
			b[i] = byte(random.IntN(256))
		}
	}
	return b
}

var created = regexp.MustCompile(`("created": ?|"id": ?"[a-z]+-)\d+`)

// events are the data of a stream, decoded, without the times in them.
func events(stream []byte) []any {
	var out []any
	for n := sse.Next(stream); n > 0; n = sse.Next(stream) {
		data := sse.Parse(stream[:n]).Data
		stream = stream[n:]
		if data == nil {
			continue
		}
		var v any
		if json.Unmarshal(created.ReplaceAll(data, []byte("${1}0")), &v) != nil {
			v = string(data)
		}
		out = append(out, v)
	}
	return out
}

func diffJSON(want, got []byte) string {
	var a, b any
	for _, side := range []struct {
		text []byte
		into *any
	}{{want, &a}, {got, &b}} {
		if err := json.Unmarshal(created.ReplaceAll(side.text, []byte("${1}0")), side.into); err != nil {
			return "not JSON: " + err.Error()
		}
	}
	return cmp.Diff(a, b)
}
