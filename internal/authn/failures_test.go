package authn

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"
)

func TestFailuresAreSlowedDownStepByStep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := NewFailures(FailureOptions{Free: 2, First: time.Second, Longest: 4 * time.Second})
		for i, seconds := range []int{0, 0, 1, 2, 4, 4} {
			began := time.Now()
			if !f.Refused(t.Context(), "192.0.2.1") {
				t.Fatal("turned away")
			}
			if got := int(time.Since(began) / time.Second); got != seconds {
				t.Errorf("failure %d waited %d s, want %d", i+1, got, seconds)
			}
		}
		began := time.Now()
		f.Refused(t.Context(), "192.0.2.2")
		if time.Since(began) != 0 {
			t.Error("another address waited")
		}
		time.Sleep(2 * time.Minute)
		began = time.Now()
		f.Refused(t.Context(), "192.0.2.1")
		if time.Since(began) != 0 {
			t.Error("not forgiven after two quiet minutes")
		}
	})
}

func TestFailuresOfTheLastMinuteStillCount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := NewFailures(FailureOptions{Free: 3, First: time.Second})
		for range 3 {
			f.Refused(t.Context(), "192.0.2.1")
		}
		time.Sleep(61 * time.Second)
		began := time.Now()
		f.Refused(t.Context(), "192.0.2.1")
		if time.Since(began) != time.Second {
			t.Error("a new minute began from nothing")
		}
	})
}

func TestACallerThatLeavesWaitsNoLonger(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := NewFailures(FailureOptions{Free: 1, First: time.Hour, Longest: time.Hour})
		f.Refused(t.Context(), "192.0.2.1")
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		began := time.Now()
		if !f.Refused(ctx, "192.0.2.1") || time.Since(began) != time.Second {
			t.Errorf("waited %v", time.Since(began))
		}
	})
}

func TestTooManyWaitingAreTurnedAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := NewFailures(FailureOptions{Free: 1, First: time.Second, MaxWaiting: 2})
		f.Refused(t.Context(), "192.0.2.1")
		for range 2 {
			go f.Refused(t.Context(), "192.0.2.1")
		}
		synctest.Wait()
		if f.Refused(t.Context(), "192.0.2.1") {
			t.Error("a third may wait")
		}
		if !f.Refused(t.Context(), "192.0.2.9") {
			t.Error("one that need not wait was turned away")
		}
		time.Sleep(time.Minute)
		if !f.Refused(t.Context(), "192.0.2.1") {
			t.Error("the places were not given back")
		}
	})
}

func TestAddressesAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := NewFailures(FailureOptions{Free: 5, First: time.Second, MaxAddresses: 10})
		for i := range 100 {
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			f.Refused(ctx, fmt.Sprintf("198.51.100.%d", i))
		}
		if len(f.now) > 11 {
			t.Errorf("%d addresses", len(f.now))
		}
	})
}

func TestNetworks(t *testing.T) {
	same := [][2]string{{"2001:db8::1", "2001:db8::ffff:1"}, {"::ffff:192.0.2.1", "192.0.2.1"}, {"not an address", "@"}, {"fe80::1%a", "fe80::1%b"}}
	for _, s := range same {
		if network(s[0]) != network(s[1]) {
			t.Errorf("%s and %s are told apart", s[0], s[1])
		}
	}
	if network("192.0.2.1") == network("192.0.2.2") || network("2001:db8::1") == network("2001:db8:0:1::1") {
		t.Error("neighbours are thrown together")
	}
}

func TestCredential(t *testing.T) {
	tests := map[string]struct {
		header http.Header
		key    string
		where  Where
	}{
		"the gateway's own header":            {http.Header{"X-Portkey-Api-Key": {"k"}}, "k", InPortkeyHeader},
		"its own header beside a provider's":  {http.Header{"X-Portkey-Api-Key": {"k"}, "Authorization": {"Bearer p"}, "X-Api-Key": {"q"}}, "k", InPortkeyHeader},
		"a bearer":                            {http.Header{"Authorization": {"Bearer k"}}, "k", InAuthorization},
		"a bearer in another case and blanks": {http.Header{"Authorization": {"  bEARER \t k "}}, "k", InAuthorization},
		"a bare value":                        {http.Header{"Authorization": {"k"}}, "k", InAuthorization},
		"a bare value that begins like one":   {http.Header{"Authorization": {"bearerish"}}, "bearerish", InAuthorization},
		"an empty bearer":                     {http.Header{"Authorization": {"Bearer "}, "X-Api-Key": {"k"}}, "k", InAPIKeyHeader},
		"the header of Anthropic's clients":   {http.Header{"X-Api-Key": {"k"}}, "k", InAPIKeyHeader},
		"blank headers":                       {http.Header{"X-Portkey-Api-Key": {" "}, "Authorization": {""}}, "", Nowhere},
		"nothing":                             {nil, "", Nowhere},
		"no value":                            {http.Header{"X-Portkey-Api-Key": {}}, "", Nowhere},
		"the same twice":                      {http.Header{"X-Portkey-Api-Key": {"k", " k"}}, "k", InPortkeyHeader},
		"blank ones beside it":                {http.Header{"X-Portkey-Api-Key": {"", "k", " "}}, "k", InPortkeyHeader},
		"two":                                 {http.Header{"X-Portkey-Api-Key": {"k", "l"}}, "", Nowhere},
		"two, though another header is clear": {http.Header{"X-Portkey-Api-Key": {"k", "l"}, "Authorization": {"Bearer k"}}, "", Nowhere},
		"two bearers":                         {http.Header{"Authorization": {"Bearer k", "Bearer l"}}, "", Nowhere},
		"two where nobody looks":              {http.Header{"X-Portkey-Api-Key": {"k"}, "Authorization": {"Bearer p", "Bearer q"}}, "k", InPortkeyHeader},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			key, where := Credential(tt.header)
			if key.Reveal() != tt.key || where != tt.where {
				t.Errorf("found a key of %d bytes in %q", len(key.Reveal()), where.Header())
			}
			if tt.key != "" && tt.header[where.Header()] == nil {
				t.Errorf("%q is not the header it came in", where.Header())
			}
		})
	}
}

func FuzzCredential(f *testing.F) {
	f.Add("k", "Bearer k", "k")
	f.Fuzz(func(t *testing.T, own, authorization, api string) {
		key, where := Credential(http.Header{"X-Portkey-Api-Key": {own}, "Authorization": {authorization}, "X-Api-Key": {api}})
		if key.IsZero() != (where == Nowhere) {
			t.Errorf("a key from nowhere, or none from %q", where.Header())
		}
	})
}

func BenchmarkCredential(b *testing.B) {
	h := http.Header{"Authorization": {"Bearer clv_s_0123456789012345678901234567890123456789012345678"}}
	b.ReportAllocs()
	for b.Loop() {
		Credential(h)
	}
}
