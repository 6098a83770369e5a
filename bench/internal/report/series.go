// Package report turns the samples of interleaved rounds into tables of paired
// ratios. A ratio is taken within a round, between samples that were measured
// seconds apart, and the median of the rounds is shown with the least and the
// greatest: on a shared machine only that comparison holds.
package report

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// Series is one figure of one proxy, a sample per round. A round without a
// sample, because the proxy failed in it, is NaN.
type Series []float64

// Median is the middle sample; NaN when there is none.
func (s Series) Median() float64 { return s.quantile(0.5) }

// Least is the smallest sample; NaN when there is none.
func (s Series) Least() float64 { return s.quantile(0) }

// Greatest is the greatest sample; NaN when there is none.
func (s Series) Greatest() float64 { return s.quantile(1) }

// quantile leaves out NaN samples.
func (s Series) quantile(q float64) float64 {
	v := slices.DeleteFunc(slices.Clone(s), math.IsNaN)
	if len(v) == 0 {
		return math.NaN()
	}
	slices.Sort(v)
	at := q * float64(len(v)-1)
	low := int(at)
	if low+1 == len(v) {
		return v[low]
	}
	return v[low] + (at-float64(low))*(v[low+1]-v[low])
}

// Over is the ratio of s to base, round by round; NaN where they are not both
// positive, as a difference may be that drowns in noise.
func (s Series) Over(base Series) Series {
	ratio := make(Series, min(len(s), len(base)))
	for i := range ratio {
		ratio[i] = math.NaN()
		if s[i] > 0 && base[i] > 0 {
			ratio[i] = s[i] / base[i]
		}
	}
	return ratio
}

// Minus is the difference of s and base, round by round.
func (s Series) Minus(base Series) Series {
	d := make(Series, min(len(s), len(base)))
	for i := range d {
		d[i] = s[i] - base[i]
	}
	return d
}

// Plus is the sum of s and other, round by round.
func (s Series) Plus(other Series) Series {
	d := make(Series, min(len(s), len(other)))
	for i := range d {
		d[i] = s[i] + other[i]
	}
	return d
}

// Ratio shows s, a series of ratios, as "0.78x (0.71-0.85)".
func (s Series) Ratio() string {
	if math.IsNaN(s.Median()) {
		return "-"
	}
	return fmt.Sprintf("%.2fx (%.2f-%.2f)", s.Median(), s.Least(), s.Greatest())
}

// Value shows the median of s in the given format; "-" when there is none.
func (s Series) Value(format string) string {
	if math.IsNaN(s.Median()) {
		return "-"
	}
	return fmt.Sprintf(format, s.Median())
}

// Percentile is the q-quantile of d, 0 to 1, in microseconds; NaN for no d.
func Percentile(d []time.Duration, q float64) float64 {
	s := make(Series, len(d))
	for i, v := range d {
		s[i] = float64(v.Nanoseconds()) / 1e3
	}
	return s.quantile(q)
}
