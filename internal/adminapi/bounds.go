package adminapi

import "fmt"

// No body that this API has a use for comes near these: the largest are lists of
// 1000 rows, of some forty values each, and no object has more than some
// hundred fields. They bound what a body can cost beyond its bytes.
const (
	maxValues  = 100_000 // in a body, at any depth
	maxMembers = 1_000   // of one object
)

// tooMuch says by how much tree is beyond the bounds; "" for within.
func tooMuch(tree any) string {
	values := 0
	return beyond(tree, &values)
}

func beyond(v any, values *int) string {
	if *values++; *values > maxValues {
		return fmt.Sprintf("holds more than %d values", maxValues)
	}
	switch v := v.(type) {
	case []any:
		for _, item := range v {
			if wrong := beyond(item, values); wrong != "" {
				return wrong
			}
		}
	case map[string]any:
		if len(v) > maxMembers {
			return fmt.Sprintf("holds an object with more than %d fields", maxMembers)
		}
		for _, item := range v {
			if wrong := beyond(item, values); wrong != "" {
				return wrong
			}
		}
	}
	return ""
}
