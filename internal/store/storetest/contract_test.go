package storetest_test

import (
	"github.com/claviger/claviger/internal/admin"
	"github.com/claviger/claviger/internal/store"
)

// The store is what the use cases ask for.
var _ admin.Tx = (*store.Tx)(nil)
