package adminapi

import (
	"encoding/json"
	"reflect"
	"strings"

	jsonv2 "github.com/go-json-experiment/json"
)

// lenient decodes raw into v as far as it goes: what has the wrong type stays
// zero and makes the answer false, the rest is decoded. Names are
// case-sensitive.
func lenient(raw json.RawMessage, v reflect.Value) bool {
	if jsonv2.Unmarshal(raw, v.Addr().Interface()) == nil {
		return true
	}
	v.SetZero()
	if o, ok := v.Addr().Interface().(interface{ present() reflect.Value }); ok {
		lenient(raw, o.present())
		return false
	}
	switch v.Kind() {
	case reflect.Struct:
		members(raw, v)
	case reflect.Slice:
		elements(raw, v)
	}
	return false
}

func members(raw json.RawMessage, v reflect.Value) {
	var all map[string]json.RawMessage
	if jsonv2.Unmarshal(raw, &all) != nil {
		return
	}
	for i := range v.NumField() {
		field := v.Type().Field(i)
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if field.Anonymous && name == "" && field.Type.Kind() == reflect.Struct {
			members(raw, v.Field(i)) // its fields are the request's own
			continue
		}
		if member, ok := all[name]; ok && name != "" {
			lenient(member, v.Field(i))
		}
	}
}

func elements(raw json.RawMessage, v reflect.Value) {
	var all []json.RawMessage
	if jsonv2.Unmarshal(raw, &all) != nil {
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(all), len(all)))
	for i, element := range all {
		lenient(element, v.Index(i))
	}
}
