package config

import (
	"fmt"
	"strings"
)

// Help lists the settings of a command.
func Help(command string) string {
	var b strings.Builder
	for _, s := range settings {
		if !s.of(command) {
			continue
		}
		head := s.env
		if s.flag != "" {
			head = strings.TrimSpace("--" + s.flag + " " + s.value)
		}
		fmt.Fprintf(&b, "  %s\n      %s", head, s.help)
		if s.flag != "" && s.env != "" {
			fmt.Fprintf(&b, " [%s]", s.env)
		}
		if s.fallback != "" && s.value != "" {
			fmt.Fprintf(&b, " (default %s)", s.fallback)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// meant suggests the known name nearest to a misspelt one, if any is near.
func meant(name string, known []string, dashes string) string {
	best, least := "", 1+len(name)/4
	for _, k := range known {
		if d := distance(name, k); d <= least && (best == "" || d < least) {
			best, least = k, d
		}
	}
	if best == "" {
		return ""
	}
	return "; did you mean " + dashes + best + "?"
}

// distance is how many single changes make a into b.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(row[j+1]+1, row[j]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}
