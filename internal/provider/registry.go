package provider

import (
	"maps"
	"slices"
)

// Registry finds the adapter of a kind of provider. It is immutable and safe
// for concurrent use.
type Registry struct {
	kinds    map[string]Adapter
	fallback Adapter
}

// NewRegistry returns a registry of kinds, by the ids in their specs. fallback
// serves every other id.
func NewRegistry(fallback Adapter, kinds ...Adapter) *Registry {
	r := &Registry{kinds: map[string]Adapter{}, fallback: fallback}
	for _, k := range kinds {
		r.kinds[k.Spec().ID] = k
	}
	return r
}

// Adapter returns the adapter of the kind with that ai_provider_id. For ids that
// are not [Registry.Known] it is the one that needs a custom host.
func (r *Registry) Adapter(id string) Adapter {
	if k, ok := r.kinds[id]; ok {
		return k
	}
	return r.fallback
}

// Known reports whether there is a kind of that id.
func (r *Registry) Known(id string) bool { _, ok := r.kinds[id]; return ok }

// IDs lists the known kinds, sorted.
func (r *Registry) IDs() []string { return slices.Sorted(maps.Keys(r.kinds)) }
