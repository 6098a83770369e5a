package claviger_test

import (
	"net/url"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	claviger "github.com/claviger/claviger"
)

func TestChargesReadBackAsTheyWereWritten(t *testing.T) {
	window := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	o := claviger.Opening{APIKeyID: "k1", WorkspaceID: "w1", IntegrationID: "i1", ProviderID: "p1"}
	want := []claviger.Charge{
		{Counter: claviger.Counter{Kind: claviger.CountAPIKey, ID: "k1", Measure: claviger.MeasureCost, Cadence: "monthly"}, Window: window},
		{Counter: claviger.Counter{Kind: claviger.CountWorkspace, ID: "w1", Measure: claviger.MeasureTokens, Cadence: "none"}, Window: time.Unix(0, 0).UTC()},
		{Counter: claviger.Counter{Kind: claviger.CountAccess, ID: "i1/w1", Measure: claviger.MeasureRequests, Cadence: "rpm"}, Window: window},
		{Counter: claviger.Counter{Kind: claviger.CountProvider, ID: "p1", Measure: claviger.MeasureCost, Cadence: "30d"}, Window: window},
		{Counter: claviger.Counter{Kind: claviger.CountUsagePolicy, ID: "pol", Measure: claviger.MeasureCost, Cadence: "weekly", Value: "metadata._user:a;b:c é%"}, Window: window},
		{Counter: claviger.Counter{Kind: claviger.CountRatePolicy, ID: "pol2", Measure: claviger.MeasureTokens, Cadence: "rpd", Value: "default"}, Window: window},
	}
	var text []byte
	for _, c := range want {
		text = claviger.AppendCharge(text, c)
	}
	o.Charges = string(text)
	got, err := o.ChargesOf()
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("(-want +got)\n%s", d)
	}
}

func TestGroupsAreEscapedAsInQueries(t *testing.T) {
	var every []byte
	for i := range 256 {
		every = append(every, byte(i))
	}
	c := claviger.Counter{Kind: claviger.CountRatePolicy, ID: "p", Measure: claviger.MeasureCost, Cadence: "rpm", Value: string(every)}
	want := "rc:rpm:0:p:" + url.QueryEscape(string(every)) + ";"
	if got := string(claviger.AppendCharge(nil, claviger.Charge{Counter: c, Window: time.Unix(0, 0)})); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestOtherTextsAreNoCharges(t *testing.T) {
	for _, text := range []string{"x", ";", "kc", "kc:monthly", "zc:monthly:1", "kz:monthly:1", "kc::1", "kc:monthly:x",
		"kc:monthly:1:2", "uc:monthly:1", "uc:monthly:1:p", "uc:monthly:1:p:%zz", "kc:monthly:1;;"} {
		o := claviger.Opening{Charges: text}
		if got, err := o.ChargesOf(); err == nil {
			t.Errorf("%q was read as %v", text, got)
		}
	}
}

func FuzzCharges(f *testing.F) {
	f.Add("kc:monthly:1793491200000000;uc:weekly:1:p:a%3Bb;")
	f.Fuzz(func(t *testing.T, text string) {
		o := claviger.Opening{Charges: text}
		charges, err := o.ChargesOf()
		if err != nil {
			return
		}
		var again []byte
		for _, c := range charges {
			again = claviger.AppendCharge(again, c)
		}
		o.Charges = string(again)
		if twice, err := o.ChargesOf(); err != nil || !cmp.Equal(charges, twice) {
			t.Fatalf("%q became %q: %v", text, again, err)
		}
	})
}
