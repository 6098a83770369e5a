package suite

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"

	"github.com/claviger/claviger/bench/internal/proxies"
	"github.com/claviger/claviger/bench/internal/report"
	"github.com/claviger/claviger/bench/internal/seed"
)

// adminTask is one request of the admin API, another each time.
type adminTask struct {
	name, method string
	path         func(integration, workspace int) string
	body         func(n int) string // nil: none
	// rows is how often the answer says "slug": how many integrations it has.
	rows int
}

const adminPage = 100

var adminTasks = []adminTask{
	{"one integration", http.MethodGet, func(i, _ int) string { return "/integrations/" + seed.Local(i) }, nil, 1},
	{"a page of a workspace's", http.MethodGet, func(_, w int) string { return "/integrations?workspace_id=" + seed.Workspace(w) }, nil, adminPage},
	{"a page of all", http.MethodGet, func(_, _ int) string { return "/integrations" }, nil, adminPage},
	{"an update", http.MethodPut, func(i, _ int) string { return "/integrations/" + seed.Local(i) },
		func(n int) string { return fmt.Sprintf(`{"name":"Renamed %d"}`, n) }, 0},
}

// asker is a server and how many integrations it has.
type asker struct {
	server       *proxies.ClavigerServer
	integrations int
}

// pairs sends n requests to each server, in turns, and returns the median
// milliseconds of both.
func pairs(ctx context.Context, n int, few, many asker, task adminTask) (a, b float64, err error) {
	var took [2][]time.Duration
	for k := range n {
		for i, at := range []asker{few, many} {
			d, err := at.ask(ctx, task, k)
			if err != nil {
				return 0, 0, err
			}
			took[i] = append(took[i], d)
		}
	}
	return report.Percentile(took[0], 0.5) / 1e3, report.Percentile(took[1], 0.5) / 1e3, nil
}

// ask sends the k-th request of a task and checks its answer.
func (a asker) ask(ctx context.Context, task adminTask, k int) (time.Duration, error) {
	var body io.Reader
	if task.body != nil {
		body = strings.NewReader(task.body(k))
	}
	url := a.server.AdminURL() + task.path(rand.IntN(a.integrations), rand.IntN(adminWorkspaces))
	req, err := http.NewRequestWithContext(ctx, task.method, url, body)
	if err != nil {
		return 0, err
	}
	req.Header.Set("x-portkey-api-key", a.server.AdminKey())
	begin := time.Now()
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	took := time.Since(begin)
	if err != nil {
		return 0, err
	}
	if rows := strings.Count(string(answer), `"slug":`); resp.StatusCode != http.StatusOK || rows != task.rows {
		return 0, fmt.Errorf("%s %s: %s with %d rows, want %d: %.300s", task.method, url, resp.Status, rows, task.rows, answer)
	}
	return took, nil
}
