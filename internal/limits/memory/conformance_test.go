package memory_test

import (
	"testing"

	"github.com/claviger/claviger/internal/limits"
	"github.com/claviger/claviger/internal/limits/limitstest"
	"github.com/claviger/claviger/internal/limits/memory"
)

func TestConformance(t *testing.T) {
	limitstest.Run(t, func(s limitstest.Setup) limits.Limiter {
		return memory.New(memory.Options{Source: s.Source, Flush: s.Flush, Now: s.Now, MaxGroups: s.MaxGroups})
	})
}
