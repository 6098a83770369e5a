package admin

// Kind is a kind of provider, for the documentation.
type Kind struct {
	ID string // "" for every id that is not known
	// Configurations are the schema of its fields, in JSON Schema.
	Configurations map[string]any
}

// Kinds are the known kinds by id, and then the one for all others.
func (s *Service) Kinds() []Kind {
	var out []Kind
	for _, id := range append(s.registry.IDs(), "") {
		out = append(out, Kind{id, s.registry.Adapter(id).Spec().JSONSchema()})
	}
	return out
}
