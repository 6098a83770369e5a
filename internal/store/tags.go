package store

import (
	"context"

	claviger "github.com/claviger/claviger"
)

// Tags are kept with their integration, and once more in a table of their own by
// which lists find them.
const (
	deleteTags = "DELETE FROM integration_tags WHERE organisation_id = $1 AND integration_id = $2"
	insertTag  = "INSERT INTO integration_tags (organisation_id, integration_id, name, value) VALUES ($1, $2, $3, $4)"
)

// putTags makes i findable by the tags it has now.
func (t *Tx) putTags(ctx context.Context, i claviger.Integration) error {
	s := step{name: "put tags"}
	if _, err := t.exec(ctx, s, deleteTags, i.OrganisationID, i.ID); err != nil {
		return err
	}
	for name, value := range i.Tags {
		if _, err := t.exec(ctx, s, insertTag, i.OrganisationID, i.ID, name, value); err != nil {
			return err
		}
	}
	return nil
}

// tagged narrows a list of integrations i to those with all of tags. It returns
// what to select from.
func (w *where) tagged(org claviger.OrganisationID, tags []claviger.Tag, from string) string {
	if len(tags) > 0 && from == "integrations i" {
		// The first tag finds them: whoever filters means few of many.
		first := tags[0]
		tags = tags[1:]
		from = "integration_tags t CROSS JOIN integrations i"
		w.and("t.organisation_id = ? AND t.name = ?", org, first.Name)
		if first.Value != "" {
			w.and("t.value = ?", first.Value)
		}
		w.and("i.id = t.integration_id")
	}
	for _, tag := range tags {
		condition, values := "", []any{org, tag.Name}
		if tag.Value != "" {
			condition, values = " AND x.value = ?", append(values, tag.Value)
		}
		w.and("EXISTS (SELECT 1 FROM integration_tags x WHERE x.organisation_id = ? AND x.name = ?"+condition+
			" AND x.integration_id = i.id)", values...)
	}
	return from
}
