package admin

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// masks notes the masked_ fields that were sent and are not as they were shown:
// somebody edited inside a mask, and nothing came of it.
func (p *problems) masks(sent, shown map[string]json.RawMessage) {
	for _, name := range slices.Sorted(maps.Keys(sent)) {
		if strings.HasPrefix(name, "masked_") && fieldName(name) && !isNull(sent[name]) && !sameJSON(sent[name], shown[name]) {
			p.remarks.Ignored = append(p.remarks.Ignored, "configurations."+name)
		}
	}
}
