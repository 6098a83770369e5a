package admin

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/provider"
)

// SecretMapping says that a field is filled from a secret reference when it is
// needed. It is stored and given back as it was sent.
type SecretMapping struct {
	TargetField       string  `json:"target_field"`
	SecretReferenceID string  `json:"secret_reference_id"`
	SecretKey         *string `json:"secret_key"`
	ValueFormat       *string `json:"value_format"`
}

var targetField = regexp.MustCompile(`^(key|configurations\.[A-Za-z0-9_]{1,128})$`)

const maxMappings = 64

// secretMappings checks mappings and returns what is stored of them, nil for
// none.
func (p *problems) secretMappings(list []SecretMapping, spec provider.Spec) json.RawMessage {
	const path = "secret_mappings"
	if len(list) > maxMappings {
		p.add(path, fmt.Sprintf("may hold at most %d", maxMappings))
		return nil
	}
	seen := map[string]bool{}
	for i, m := range list {
		at := fmt.Sprintf("%s[%d]", path, i)
		switch {
		case !targetField.MatchString(m.TargetField):
			p.add(at+".target_field", `must be "key" or "configurations." and the name of a field`)
		case seen[m.TargetField]:
			p.add(at+".target_field", "is mapped twice")
		}
		seen[m.TargetField] = true
		if name, ok := strings.CutPrefix(m.TargetField, "configurations."); ok {
			if wrong := spec.Mappable(name); wrong != "" {
				p.add(at+".target_field", wrong)
			}
		}
		p.text(at+".secret_reference_id", m.SecretReferenceID, true, maxName)
		if m.SecretKey != nil {
			p.text(at+".secret_key", *m.SecretKey, false, maxName)
		}
		if f := m.ValueFormat; f != nil && *f != "string" && *f != "json" {
			p.add(at+".value_format", `must be "string" or "json"`)
		}
	}
	return encodeMappings(list)
}

// encodeMappings is what is stored of mappings, nil for none.
func encodeMappings(list []SecretMapping) json.RawMessage {
	if len(list) == 0 {
		return nil
	}
	raw, _ := json.Marshal(list) // strings always encode
	return raw
}

// Mappings reads stored mappings; it is never nil.
func Mappings(raw json.RawMessage) []SecretMapping {
	list := []SecretMapping{}
	if len(raw) > 0 && json.Unmarshal(raw, &list) != nil {
		return []SecretMapping{}
	}
	return list
}

// references checks that i may read through every secret reference that list
// names. One that is not there and one that is closed to a workspace look the
// same to its keys.
func (w *work) references(ctx context.Context, i claviger.Integration, list []SecretMapping, p *problems) error {
	for n, m := range list[:min(len(list), maxMappings)] {
		if m.SecretReferenceID == "" {
			continue // a problem already
		}
		at := fmt.Sprintf("secret_mappings[%d].secret_reference_id", n)
		r, err := w.SecretReference(ctx, i.OrganisationID, m.SecretReferenceID)
		switch {
		case claviger.CodeOf(err) == claviger.NotFound:
			p.refuse(at, "is no secret reference that may be used here")
		case err != nil:
			return err
		case r.Open(i.WorkspaceID):
		case w.by.IsOrganisation() && i.WorkspaceID == "":
			p.refuse(at, "must be open to all workspaces, because the integration is the organisation's")
		default:
			p.refuse(at, "is no secret reference that may be used here")
		}
	}
	return nil
}

// noteUses notes through which references i reads, so that they stay as long as
// it does.
func (w *work) noteUses(ctx context.Context, i claviger.Integration) error {
	var ids []claviger.SecretReferenceID
	for _, m := range Mappings(i.SecretMappings) {
		r, err := w.SecretReference(ctx, i.OrganisationID, m.SecretReferenceID)
		if err != nil {
			return err
		}
		if !slices.Contains(ids, r.ID) {
			ids = append(ids, r.ID)
		}
	}
	return w.PutSecretUses(ctx, i.OrganisationID, i.ID, ids)
}
