package memory_test

import (
	"encoding/json"
	"fmt"
	"runtime"
	"strconv"
	"syscall"
	"testing"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/limits"
	"github.com/claviger/claviger/internal/limits/memory"
)

// setting is what a gateway has of one workspace: the rules that a request is
// admitted by, those of its attempt, and policies that count apart for each user.
type setting struct {
	limiter         *memory.Limiter
	request, target []*limits.Rule
	policies        *limits.PolicySet
	users           []string
}

func newSetting(tb testing.TB, users int) *setting {
	budget := json.RawMessage(`{"type":"cost","credit_limit":1000000000,"periodic_reset":"monthly"}`)
	key, err1 := limits.OfKey(&claviger.APIKey{ID: "key", RateLimits: json.RawMessage(`[{"type":"requests","unit":"rpm","value":1000000000000}]`)})
	workspace, err2 := limits.OfWorkspace(&claviger.Workspace{ID: "ws", UsageLimits: budget})
	access, err3 := limits.OfGrant(&claviger.Grant{IntegrationID: "in", WorkspaceID: "ws", UsageLimits: budget}, "openai")
	conditions, group := json.RawMessage(`[{"key":"model","value":"@openai/*"},{"key":"metadata.env","value":["prod","test"],"excludes":"dev"}]`), json.RawMessage(`[{"key":"metadata._user"}]`)
	policies, err4 := limits.CompilePolicies([]claviger.Policy{
		{ID: "usage", Kind: claviger.UsagePolicy, Status: claviger.Active, Conditions: conditions, GroupBy: group, Limit: budget},
		{ID: "rate", Kind: claviger.RatePolicy, Status: claviger.Active, Conditions: conditions, GroupBy: group, Limit: json.RawMessage(`{"type":"tokens","unit":"rpd","value":1000000000000}`)},
	})
	for _, err := range []error{err1, err2, err3, err4} {
		if err != nil {
			tb.Fatal(err)
		}
	}
	s := &setting{memory.New(memory.Options{}), append(key, workspace...), access, policies, make([]string, users)}
	for i := range s.users {
		s.users[i] = fmt.Sprintf("user-%08d@example.com", i)
	}
	return s
}

// serve takes a request of a user through all five limits.
func (s *setting) serve(tb testing.TB, a *limits.Attributes, user string, rules []*limits.Rule, charges []byte) ([]*limits.Rule, []byte) {
	a.Metadata["_user"] = user
	ask := limits.Ask{Estimate: limits.Amount{Requests: 1, Tokens: 1500, Cost: 2_000_000}}
	request, err := s.limiter.Admit(tb.Context(), s.request, ask)
	if err != nil {
		tb.Fatal(err)
	}
	rules = s.policies.Match(a, append(rules[:0], s.target...))
	attempt, err := s.limiter.Admit(tb.Context(), rules, ask)
	if err != nil || len(rules) != 3 {
		tb.Fatal(len(rules), err)
	}
	charges = attempt.AppendCharges(request.AppendCharges(charges[:0]))
	used := limits.Amount{Requests: 1, Tokens: 900, Cost: 1_200_000}
	attempt.Settle(used)
	request.Settle(used)
	return rules, charges
}

// work reports what the processors did for each operation: on a machine that does
// other things as well, the time that passed says little.
func work(b *testing.B) (stop func()) {
	spent := func() int64 {
		var u syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
			b.Fatal(err)
		}
		return u.Utime.Nano() + u.Stime.Nano()
	}
	b.ReportAllocs()
	b.ResetTimer()
	before := spent()
	return func() { b.ReportMetric(float64(spent()-before)/float64(b.N), "cpu-ns/op") }
}

func attributes() *limits.Attributes {
	return &limits.Attributes{
		APIKeyID: "key", WorkspaceID: "ws", VirtualKey: "openai-prod", Provider: "openai", Model: "gpt-4o-mini",
		Metadata: map[string]string{"env": "prod"},
	}
}

// BenchmarkFiveLimits admits and settles a request against a rate of its key, a
// budget of its workspace, a budget of the integration, and two policies that
// count each user apart, the matching of the policies and the text of the
// charges included. A few users send requests; how many counters are live besides
// must not matter. Spread, every request is of another user, and what it touches
// is in no processor's cache.
func BenchmarkFiveLimits(b *testing.B) {
	run := func(b *testing.B, live, active int) {
		s := newSetting(b, live/2)
		a, rules, charges := attributes(), make([]*limits.Rule, 0, 8), make([]byte, 0, 512)
		for _, user := range s.users {
			rules, charges = s.serve(b, a, user, rules, charges)
		}
		defer work(b)()
		for i := range b.N {
			rules, charges = s.serve(b, a, s.users[i*7919%active], rules, charges)
		}
	}
	for _, live := range []int{10, 1_000, 100_000} {
		b.Run(strconv.Itoa(live)+"-counters", func(b *testing.B) { run(b, live, 5) })
	}
	b.Run("100000-counters-spread", func(b *testing.B) { run(b, 100_000, 50_000) })
	b.Run("parallel", func(b *testing.B) {
		s := newSetting(b, 5)
		defer work(b)()
		b.RunParallel(func(pb *testing.PB) {
			a, rules, charges := attributes(), make([]*limits.Rule, 0, 8), make([]byte, 0, 512)
			for i := 0; pb.Next(); i++ {
				rules, charges = s.serve(b, a, s.users[i*7919%len(s.users)], rules, charges)
			}
		})
	})
}

// BenchmarkNoLimits is what requests without limits pay.
func BenchmarkNoLimits(b *testing.B) {
	l := memory.New(memory.Options{})
	defer work(b)()
	for range b.N {
		h, err := l.Admit(b.Context(), nil, limits.Ask{})
		if err != nil {
			b.Fatal(err)
		}
		h.Settle(limits.Amount{})
	}
}

// BenchmarkOneHotRate is many callers at one key.
func BenchmarkOneHotRate(b *testing.B) {
	l := memory.New(memory.Options{})
	rules := []*limits.Rule{rate("hot", "rps", 1<<40)}
	defer work(b)()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			h, err := l.Admit(b.Context(), rules, one)
			if err != nil {
				b.Error(err)
				return
			}
			h.Settle(limits.Amount{Requests: 1})
		}
	})
}

// BenchmarkRefused is what a request that does not pass costs.
func BenchmarkRefused(b *testing.B) {
	l := memory.New(memory.Options{})
	rules := []*limits.Rule{rate("open", "rpm", 1<<40), rate("shut", "rpd", 0)}
	defer work(b)()
	for range b.N {
		if _, err := l.Admit(b.Context(), rules, one); err == nil {
			b.Fatal("admitted")
		}
	}
}

// BenchmarkNewCounters makes counters, and reports what each takes: the rule of
// its group, its name and all look-up included.
func BenchmarkNewCounters(b *testing.B) {
	heap := func() int64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	const counters = 100_000
	var s *setting
	var bytes int64
	b.ReportAllocs()
	for range b.N {
		b.StopTimer()
		s = newSetting(b, counters/2)
		a, rules, charges := attributes(), make([]*limits.Rule, 0, 8), make([]byte, 0, 512)
		before := heap()
		b.StartTimer()
		for _, user := range s.users {
			rules, charges = s.serve(b, a, user, rules, charges)
		}
		b.StopTimer()
		bytes = heap() - before
		b.StartTimer()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/counters, "ns/counter")
	b.ReportMetric(float64(bytes)/counters, "B/counter")
	runtime.KeepAlive(s)
}
