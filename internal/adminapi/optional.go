package adminapi

import (
	"reflect"

	"github.com/danielgtaylor/huma/v2"

	"github.com/claviger/claviger/internal/admin"
)

// Optional is a field with three states: absent, null, a value.
type Optional[T any] struct{ admin.Optional[T] }

// Schema implements huma.SchemaProvider.
func (o Optional[T]) Schema(r huma.Registry) *huma.Schema {
	s := r.Schema(reflect.TypeFor[T](), true, "")
	if s.Ref == "" {
		s.Nullable = s.Type != huma.TypeObject // huma takes null for an optional object as it is
	}
	return s
}

// present marks the field as there and is where its value goes, for what can be
// decoded in part.
func (o *Optional[T]) present() reflect.Value {
	o.Set = true
	return reflect.ValueOf(&o.Value).Elem()
}
