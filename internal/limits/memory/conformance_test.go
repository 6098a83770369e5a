package memory_test

import (
	"testing"
	"time"

	"github.com/claviger/claviger/internal/limits"
	"github.com/claviger/claviger/internal/limits/limitstest"
	"github.com/claviger/claviger/internal/limits/memory"
)

func TestConformance(t *testing.T) {
	limitstest.Run(t, func(source limits.Source, now func() time.Time) limits.Limiter {
		return memory.New(memory.Options{Source: source, Now: now})
	})
}
