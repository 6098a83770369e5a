package suite

import (
	"context"
	"fmt"

	"github.com/claviger/claviger/bench/internal/report"
)

const maxStartMillis = 300

// starts times the start of Claviger on the store that carried all the load
// before, which is stopped for it.
func (s *suite) starts(ctx context.Context) (report.Table, error) {
	s.server.Stop()
	var millis report.Series
	for range s.Scale.Starts {
		took, err := s.server.Start(ctx)
		if err != nil {
			return report.Table{}, err
		}
		millis = append(millis, float64(took.Microseconds())/1e3)
		s.server.Stop()
	}
	t := report.Table{
		Title: "6. Start",
		Notes: []string{fmt.Sprintf("From exec to the first 200 of /readyz, on the store that has every request above; %d starts.", s.Scale.Starts)},
		Head:  []string{"", "median ms", "least", "greatest"},
		Goals: []report.Goal{{What: "start to ready", Got: millis.Median(), Limit: maxStartMillis, Unit: " ms"}},
	}
	t.Row("Claviger", millis.Value("%.0f"), fmt.Sprintf("%.0f", millis.Least()), fmt.Sprintf("%.0f", millis.Greatest()))
	return t, nil
}
