package report_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/claviger/claviger/bench/internal/report"
)

func TestRatiosArePairedByRound(t *testing.T) {
	nan := math.NaN()
	tests := map[string]struct {
		s, base report.Series
		want    string
	}{
		"a machine that slows down for both changes nothing": {report.Series{1, 2, 4}, report.Series{2, 4, 8}, "0.50x (0.50-0.50)"},
		"the median of the rounds counts":                    {report.Series{1, 9, 2}, report.Series{1, 1, 1}, "2.00x (1.00-9.00)"},
		"failed rounds are left out":                         {report.Series{1, nan}, report.Series{2, 1}, "0.50x (0.50-0.50)"},
		"nothing measured is no ratio":                       {report.Series{nan}, report.Series{1}, "-"},
		"a base of nothing is no ratio":                      {report.Series{1}, report.Series{0}, "-"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := tt.s.Over(tt.base).Ratio(); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestPercentile(t *testing.T) {
	d := []time.Duration{3 * time.Microsecond, time.Microsecond, 2 * time.Microsecond}
	if got := report.Percentile(d, 0.5); got != 2 {
		t.Errorf("p50 = %v", got)
	}
	if got := report.Percentile(d, 1); got != 3 {
		t.Errorf("p100 = %v", got)
	}
	if !math.IsNaN(report.Percentile(nil, 0.5)) {
		t.Error("a percentile of nothing is a number")
	}
}

func TestGoals(t *testing.T) {
	tests := map[string]struct {
		got  float64
		want string
	}{
		"reached":  {0.9, "met     CPU at most 1.00x: 0.90x"},
		"missed":   {1.2, "MISSED  CPU at most 1.00x: 1.20x"},
		"unknown":  {math.NaN(), "MISSED  CPU at most 1.00x: not measured"},
		"just met": {1, "met     CPU at most 1.00x: 1.00x"},
	}
	for name, tt := range tests {
		table := report.Table{Title: "T", Head: []string{"a", "b"},
			Goals: []report.Goal{{What: "CPU", Got: tt.got, Limit: 1, Unit: "x"}}}
		table.Row("1", "2")
		var out strings.Builder
		if err := table.Write(&out); err != nil || !strings.Contains(out.String(), tt.want) {
			t.Errorf("%s: %q, %v; want %q", name, out.String(), err, tt.want)
		}
	}
}
