package ledger

import (
	"bytes"
	"math"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	claviger "github.com/claviger/claviger"
)

func TestRecordsComeBack(t *testing.T) {
	full := opening(2)
	full.OpenedAt = time.UnixMicro(-5).UTC()
	full.EstimatedIn, full.EstimatedOut, full.Attempt = math.MaxInt64, 0, 3
	full.EstimatedCost, full.Price, full.Charges = math.MaxInt64, "in 3, out 15 per million", strings.Repeat("kc:none:0;", maxCharges/10)
	for name, want := range map[string]claviger.Opening{"empty": {}, "full": full} {
		t.Run("opening "+name, func(t *testing.T) {
			var got claviger.Opening
			b := encodeOpening(nil, 1, &want)
			if err := decodeOpening(b[frameSize:], &got); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
	for name, want := range map[string]claviger.Closing{"empty": {}, "full": longestClosing()} {
		t.Run("closing "+name, func(t *testing.T) {
			var got claviger.Closing
			b := encodeClosing(nil, 1, &want)
			if err := decodeClosing(b[frameSize:], &got); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
			if len(b) > maxClosing {
				t.Errorf("%d bytes, over the %d that are kept free", len(b), maxClosing)
			}
		})
	}
}

func longestClosing() claviger.Closing {
	most := int64(math.MaxInt64)
	return claviger.Closing{
		ID: claviger.NewEntryID(), Outcome: claviger.Outcome(strings.Repeat("o", maxOutcome)), HTTPStatus: 1<<16 - 1,
		Tokens: claviger.Tokens{Input: most, CacheRead: most, CacheWrite5m: most, CacheWrite1h: most, AudioInput: most, ImageInput: most, Output: most, AudioOutput: most, ImageOutput: most, Reasoning: most,
			CacheReadAudio: most, CacheReadImage: most, WebSearches: most, FileSearches: most},
		Cost:      most,
		Estimated: true, Model: strings.Repeat("m", maxModel), ClosedAt: time.UnixMicro(math.MinInt64 / 8).UTC(),
		UpstreamTime: time.Duration(most), FirstByte: time.Duration(most),
	}
}

func TestTextIsMadeFitForEveryStore(t *testing.T) {
	tests := map[string]struct{ in, want string }{
		"plain text stays":                       {"gpt-4o", "gpt-4o"},
		"other scripts stay":                     {"模型-é", "模型-é"},
		"NUL is replaced":                        {"a\x00b", "a?b"},
		"what is no UTF-8 is replaced":           {"a\xff\xfeb", "a?b"},
		"long text is cut":                       {strings.Repeat("x", 600), strings.Repeat("x", maxText)},
		"a character is not cut in two":          {strings.Repeat("é", 300) + "x", strings.Repeat("é", maxText/2)},
		"nor one of four bytes":                  {"abc" + strings.Repeat("😀", 200), "abc" + strings.Repeat("😀", 127)},
		"long text that is no UTF-8 is bounded":  {strings.Repeat("\xff", 600), "?"},
		"a cut leaves a true replacement whole":  {strings.Repeat("x", maxText-3) + "\uFFFDyy", strings.Repeat("x", maxText-3) + "\uFFFD"},
		"all NUL is replaced one for one at cut": {strings.Repeat("\x00", 600), strings.Repeat("?", maxText)},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var got claviger.Opening
			o := claviger.Opening{Model: tt.in}
			if err := decodeOpening(encodeOpening(nil, 1, &o)[frameSize:], &got); err != nil {
				t.Fatal(err)
			}
			if got.Model != tt.want || !utf8.ValidString(got.Model) {
				t.Errorf("%q, want %q", got.Model, tt.want)
			}
		})
	}
}

func TestValuesOutOfRangeAreClamped(t *testing.T) {
	c := claviger.Closing{HTTPStatus: -1, Tokens: claviger.Tokens{Input: -7}, Cost: -1, FirstByte: -1}
	var got claviger.Closing
	if err := decodeClosing(encodeClosing(nil, 1, &c)[frameSize:], &got); err != nil {
		t.Fatal(err)
	}
	if got.HTTPStatus != 0 || got.Tokens.Input != 0 || got.Cost != 0 || got.FirstByte != 0 {
		t.Errorf("%+v", got)
	}
}

func TestCutOrLongerPayloadsAreRefused(t *testing.T) {
	o, c := opening(1), longestClosing()
	open, closed := encodeOpening(nil, 1, &o)[frameSize:], encodeClosing(nil, 1, &c)[frameSize:]
	for n := minPayload; n < len(open); n++ {
		if decodeOpening(open[:n], &o) == nil {
			t.Errorf("opening cut at %d is taken", n)
		}
	}
	for n := minPayload; n < len(closed); n++ {
		if decodeClosing(closed[:n], &c) == nil {
			t.Errorf("closing cut at %d is taken", n)
		}
	}
	if decodeOpening(append(bytes.Clone(open), 0), &o) == nil || decodeClosing(append(bytes.Clone(closed), 0), &c) == nil {
		t.Error("a longer payload is taken")
	}
}

func TestLongestOpeningFitsARecord(t *testing.T) {
	long := strings.Repeat("x", 10_000)
	o := claviger.Opening{RequestID: long, OrganisationID: claviger.OrganisationID(long), WorkspaceID: claviger.WorkspaceID(long),
		APIKeyID: claviger.APIKeyID(long), IntegrationID: claviger.IntegrationID(long), ProviderID: claviger.ProviderID(long),
		ProviderSlug: long, AIProvider: long, Operation: long, Model: long, Attempt: math.MaxInt, EstimatedIn: math.MaxInt64,
		EstimatedOut: math.MaxInt64, EstimatedCost: math.MaxInt64, Price: long, Charges: long + long, OpenedAt: time.UnixMicro(math.MinInt64 / 8)}
	if b := encodeOpening(nil, 1, &o); len(b) > maxRecord {
		t.Errorf("%d bytes", len(b))
	}
}

func FuzzRead(f *testing.F) {
	const seed = 7
	o := opening(1)
	c := closing(o.ID, 1)
	both := append(encodeOpening(nil, seed, &o), encodeClosing(nil, seed, &c)...)
	f.Add(both)
	f.Add(both[:len(both)-3])
	f.Add(append([]byte("garbage"), both...))
	f.Add([]byte{0, 0, 0, 0, 255, 255, 255, 255, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		r := reader{src: bytes.NewReader(b), seed: seed, end: int64(len(b))}
		var passed int64
		for {
			payload, skipped, err := r.next()
			passed += skipped
			if err != nil {
				break
			}
			passed += int64(frameSize + len(payload))
			var o claviger.Opening
			var c claviger.Closing
			if decodeOpening(payload, &o) == nil && payload[0] == kindOpening {
				// What is read can be written, and reads the same again.
				var again claviger.Opening
				if err := decodeOpening(encodeOpening(nil, seed, &o)[frameSize:], &again); err != nil {
					t.Errorf("%+v: %v", o, err)
				}
			}
			_ = decodeClosing(payload, &c)
		}
		if passed != int64(len(b)) {
			t.Errorf("%d of %d bytes accounted for", passed, len(b))
		}
		if cap(r.buf) > readAhead {
			t.Errorf("a buffer of %d bytes", cap(r.buf))
		}
		// The fields themselves, whatever the checksum says.
		if len(b) >= minPayload {
			var o claviger.Opening
			var c claviger.Closing
			_, _ = decodeOpening(b, &o), decodeClosing(b, &c)
		}
	})
}
