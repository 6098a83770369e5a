package gateway_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/gateway"
	"github.com/claviger/claviger/internal/limits/limitstest"
	"github.com/claviger/claviger/internal/limits/memory"
)

// Requests that were admitted one a second and whose next attempts meet in one
// second ask for room in that one.
func TestRetriesThatMeetInOneWindowShareIt(t *testing.T) {
	const callers = 3
	for _, enforcement := range []string{"null", `"strict"`} {
		for _, place := range []string{"API Key", "Workspace"} {
			t.Run(place+" "+enforcement, func(t *testing.T) {
				noon := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
				clock := limitstest.At(noon)
				waiting, meet := make(chan struct{}), make(chan struct{})
				ended := &watched{ended: make(chan struct{}, 100)}
				bad := says(500)
				r := pricedRig(t, turns(bad, bad, bad, answers(200, used)), func(o *gateway.Options) {
					ended.Limiter = memory.New(memory.Options{Now: clock.Now})
					o.Limits, o.Now = ended, clock.Now
					o.Pause = func(context.Context, time.Duration) error {
						waiting <- struct{}{}
						<-meet
						return nil
					}
				})
				// Room for the estimate of one request or its bound, and not for two.
				places[place].set(r, "", fmt.Sprintf(`[{"type":"tokens","unit":"rps","value":130,"enforcement":%s}]`, enforcement))
				places["Virtual Key"].set(r, "", `[{"type":"requests","unit":"rpd","value":100}]`)
				statuses := make(chan int, callers)
				for range callers {
					req := r.request(http.MethodPost, "/v1/chat/completions", bounded, append(retries(`{"attempts":1}`), team...)...)
					go func() {
						resp, err := http.DefaultTransport.RoundTrip(req)
						if err != nil {
							statuses <- 0
							return
						}
						resp.Body.Close()
						statuses <- resp.StatusCode
					}()
					<-waiting
					clock.Add(time.Second)
				}
				close(meet)
				got := map[int]int{}
				for range callers {
					got[<-statuses]++
				}
				if got[200] != 1 || got[429] != callers-1 {
					t.Errorf("the statuses are %v", got)
				}
				r.quiet(t)
				r.books.mu.Lock()
				last := r.books.openings[len(r.books.openings)-1]
				r.books.mu.Unlock()
				charges, err := last.ChargesOf()
				if err != nil {
					t.Fatal(err)
				}
				for _, c := range charges {
					if c.Counter.Measure == claviger.MeasureTokens && !c.Window.Equal(clock.Now()) {
						t.Errorf("the attempt of %v counts in the window of %v", last.OpenedAt, c.Window)
					}
				}
			})
		}
	}
}

// limit sets rates on the key.
func limit(rates string) func(*rig) {
	return func(r *rig) { places["API Key"].set(r, "", rates) }
}

// A request that waits is stopped as a new one is, and counts once on each limit.
func TestALimitOnRequestsThatChangesStopsThoseThatWait(t *testing.T) {
	rate := func(n int) string { return fmt.Sprintf(`[{"type":"requests","unit":"rpd","value":%d}]`, n) }
	for name, tt := range map[string]struct {
		before string // on the key
		others int    // requests before
		during func(*rig)
		status int
		says   string
	}{
		"nothing":                           {rate(9), 2, func(*rig) {}, 200, ""},
		"a new limit of the key, of none":   {"", 0, limit(rate(0)), 429, "apikey k rate limit exceeded"},
		"a new one of the workspace":        {"", 0, func(r *rig) { places["Workspace"].set(r, "", rate(0)) }, 429, "workspace"},
		"a new one with room":               {"", 2, limit(rate(1)), 200, ""},
		"one in another unit, with room":    {rate(9), 2, limit(`[{"type":"requests","unit":"rpw","value":1}]`), 200, ""},
		"one that is lowered to nothing":    {rate(9), 0, limit(rate(0)), 429, "apikey k rate limit exceeded"},
		"lowered below what has passed":     {rate(9), 2, limit(rate(2)), 429, "apikey k rate limit exceeded"},
		"lowered to what has passed":        {rate(9), 2, limit(rate(3)), 200, ""},
		"one that is raised":                {rate(3), 2, limit(rate(9)), 200, ""},
		"one that is taken away":            {rate(3), 2, limit(""), 200, ""},
		"a new one, and the target's is up": {"", 0, func(r *rig) { limit(rate(5))(r); places["Virtual Key"].set(r, "", rate(0)) }, 429, "Virtual Key"},
		"configs are not brought any more":  {rate(9), 0, forbidConfigs, 400, "Cannot override default config"},
	} {
		for _, first := range []struct {
			name string
			host http.HandlerFunc
		}{{"free", says(500)}, {"charged", breaks}} {
			t.Run(name+", first "+first.name, func(t *testing.T) {
				w := &waits{}
				ended := &watched{ended: make(chan struct{}, 100)}
				hosts := make([]http.HandlerFunc, tt.others, tt.others+3)
				for i := range hosts {
					hosts[i] = answers(200, used)
				}
				r := pricedRig(t, turns(append(hosts, first.host, first.host, answers(200, used))...), w.of,
					func(o *gateway.Options) { ended.Limiter, o.Limits = o.Limits, ended })
				places["API Key"].set(r, "", tt.before)
				for range tt.others {
					if resp, body := r.chat(bounded); resp.StatusCode != 200 {
						t.Fatalf("%d %s", resp.StatusCode, body)
					}
				}
				w.during = func(context.Context) {
					w.during = nil
					tt.during(r)
				}
				resp, body := r.chat(bounded, retries(`{"attempts":4}`)...)
				if resp.StatusCode != tt.status || !strings.Contains(body, tt.says) {
					t.Errorf("%d %s", resp.StatusCode, body)
				}
				count, attempts := "2", tt.others+3
				if tt.status != 200 {
					count, attempts = "-1", tt.others+1
				}
				if got := resp.Header.Get("X-Portkey-Retry-Attempt-Count"); got != count {
					t.Errorf("the count is %s, want %s", got, count)
				}
				r.quiet(t)
				entries := r.attempts()
				if len(entries) != attempts {
					t.Errorf("%d attempts, want %d", len(entries), attempts)
				}
				for counter, n := range r.agree(t, ended.rules(), entries) {
					if strings.Contains(counter, "requests") && n > int64(tt.others)+1 {
						t.Errorf("%s counts %d", counter, n)
					}
				}
			})
		}
	}
}

// What is held of the key is kept as long as it fits the next attempt, whatever was
// read or compiled anew.
func TestWhatIsHeldOfTheKeyIsKeptWhileItFits(t *testing.T) {
	const rates = `[{"type":"requests","unit":"rpd","value":100},{"type":"tokens","unit":"rpw","value":100000}]`
	for name, tt := range map[string]struct {
		first  http.HandlerFunc
		during func(*rig)
		asked  int
	}{
		"nothing happens":               {says(500), func(*rig) {}, 1},
		"another credential":            {says(500), rotate, 1},
		"the key is stored as it was":   {says(500), limit(rates), 1},
		"another limit":                 {says(500), limit(strings.Replace(rates, "100000", "90000", 1)), 2},
		"the attempt may have worked":   {breaks, func(*rig) {}, 2},
		"the other limit is of another": {says(500), func(r *rig) { places["Virtual Key"].set(r, "", rates) }, 1},
	} {
		t.Run(name, func(t *testing.T) {
			w := &waits{}
			ended := &watched{ended: make(chan struct{}, 100)}
			r := pricedRig(t, turns(tt.first, answers(200, used)), w.of, func(o *gateway.Options) { ended.Limiter, o.Limits = o.Limits, ended })
			limit(rates)(r)
			w.during = func(context.Context) { tt.during(r) }
			if resp, body := r.chat(bounded, retries(`{"attempts":1}`)...); resp.StatusCode != 200 {
				t.Fatalf("%d %s", resp.StatusCode, body)
			}
			asked := 0
			for _, rule := range ended.rules() {
				if rule.Counter.Kind == claviger.CountAPIKey && rule.Counter.Measure == claviger.MeasureTokens {
					asked++
				}
			}
			if asked != tt.asked {
				t.Errorf("the key was asked %d times, want %d", asked, tt.asked)
			}
			r.quiet(t)
			r.agree(t, ended.rules(), r.books.attempts(t, 2))
		})
	}
}
