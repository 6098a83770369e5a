package suite

import (
	"context"
	"fmt"
	"time"

	"github.com/claviger/claviger/bench/internal/report"
	"github.com/claviger/claviger/bench/internal/seed"
)

const (
	adminWorkspaces = 1000
	adminFew        = 1000 // integrations of the small installation
	maxGrowth       = 1.5
)

// admin compares the admin API on a small and on a large installation, on both
// databases.
func (s *suite) admin(ctx context.Context) (report.Table, error) {
	t := report.Table{
		Title: "8. The admin API with very many integrations",
		Notes: []string{
			fmt.Sprintf("%d integrations against %d, over %d workspaces; median milliseconds of a request, requests of both taking turns.",
				adminFew, s.Scale.Integrations, adminWorkspaces),
		},
		Head: []string{"", "few ms", "many ms", "many / few"},
	}
	databases, err := s.adminDatabases(ctx)
	if err != nil {
		return t, err
	}
	for _, d := range databases {
		if err := s.growth(ctx, d, &t); err != nil {
			return t, fmt.Errorf("%s: %w", d.name, err)
		}
	}
	return t, nil
}

// growth adds the rows of one database.
func (s *suite) growth(ctx context.Context, d adminDatabase, t *report.Table) error {
	begin := time.Now()
	few, err := s.seeded(ctx, d, "few", seed.Size{Integrations: adminFew, Workspaces: adminWorkspaces, Spread: 125})
	if err != nil {
		return err
	}
	defer few.Stop()
	many, err := s.seeded(ctx, d, "many", seed.Size{Integrations: s.Scale.Integrations, Workspaces: adminWorkspaces, Spread: 1})
	if err != nil {
		return err
	}
	defer many.Stop()
	t.Notes = append(t.Notes, fmt.Sprintf("%s: filled in %v.", d.name, time.Since(begin).Round(time.Second)))
	for _, task := range adminTasks {
		var small, large report.Series
		for range s.Scale.Rounds {
			a, b, err := pairs(ctx, s.Scale.AdminRequests, asker{few, adminFew}, asker{many, s.Scale.Integrations}, task)
			if err != nil {
				return fmt.Errorf("%s: %w", task.name, err)
			}
			small, large = append(small, a), append(large, b)
		}
		ratio := large.Over(small)
		t.Row(d.name+", "+task.name, small.Value("%.2f"), large.Value("%.2f"), ratio.Ratio())
		t.Goals = append(t.Goals, report.Goal{What: d.name + ", " + task.name, Got: ratio.Median(), Limit: maxGrowth, Unit: "x"})
	}
	return nil
}
