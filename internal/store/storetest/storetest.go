// Package storetest is what every database of the store must pass.
package storetest

import (
	"testing"

	"github.com/claviger/claviger/internal/store"
)

// Run runs the whole suite. Open returns a fresh, empty, migrated store each
// time and closes it with its test.
func Run(t *testing.T, open func(testing.TB) *store.Store) {
	for name, test := range map[string]func(*testing.T, *world){
		"rows come back as they went in": roundTrip,
	} {
		t.Run(name, func(t *testing.T) {
			test(t, newWorld(t, open(t)))
		})
	}
}
