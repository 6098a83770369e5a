package adminapi

import (
	"github.com/claviger/claviger/internal/admin"
)

// LimitUsage is how one limit stands: dollars, tokens or requests.
type LimitUsage struct {
	Type            string  `json:"type" enum:"cost,tokens,requests"`
	Per             string  `json:"per" doc:"none, weekly, monthly, 30d for a budget; rps, rpm, rph, rpd, rpw for a rate."`
	Limit           amount  `json:"limit"`
	CurrentUsage    amount  `json:"current_usage"`
	Reserved        amount  `json:"reserved" doc:"Held by requests under way."`
	Remaining       amount  `json:"remaining"`
	WindowStartedAt *string `json:"window_started_at" format:"date-time"`
	ResetsAt        *string `json:"resets_at" format:"date-time" doc:"Null when it never does by itself."`
}

func limitsWire(st admin.Standing) []LimitUsage {
	var out []LimitUsage
	for _, u := range st.Usage {
		out = append(out, LimitUsage{
			Type: string(u.Measure), Per: u.Cadence, Limit: amount{u.Limit}, CurrentUsage: amount{u.Used},
			Reserved: amount{u.Reserved}, Remaining: amount{u.Remaining}, WindowStartedAt: instant(u.Start), ResetsAt: instant(u.Next),
		})
	}
	return out
}

// standingList is listOf for nouns with limits; standings are theirs.
func standingList[N, T any](nouns []N, total int, standings []admin.Standing, wire func(N, admin.Standing) T) list[T] {
	l := list[T]{Object: "list", Total: total, Data: make([]T, 0, len(nouns))}
	for i, n := range nouns {
		l.Data = append(l.Data, wire(n, standings[i]))
	}
	return l
}
