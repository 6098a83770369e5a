package store

import (
	"context"
	"database/sql"

	claviger "github.com/claviger/claviger"
)

const organisationColumns = "id, name, email, created_us"

func organisationTo(o *claviger.Organisation) []any {
	return []any{text(&o.ID), text(&o.Name), text(&o.Email), timeTo{&o.CreatedAt}}
}

const selectOrganisation = "SELECT " + organisationColumns + " FROM organisations WHERE id = $1"

// Organisation reads one organisation, or claviger.Missing.
func (t *Tx) Organisation(ctx context.Context, org claviger.OrganisationID) (o claviger.Organisation, err error) {
	err = t.row(ctx, "organisation", organisationTo(&o), selectOrganisation, org)
	return o, err
}

const selectOrganisations = "SELECT " + organisationColumns + " FROM organisations ORDER BY created_us, id"

// Organisations lists all of them, oldest first.
func (t *Tx) Organisations(ctx context.Context) ([]claviger.Organisation, error) {
	var out []claviger.Organisation
	err := t.rows(ctx, "organisations", selectOrganisations, nil, func(rows *sql.Rows) error {
		var o claviger.Organisation
		defer func() { out = append(out, o) }()
		return rows.Scan(organisationTo(&o)...)
	})
	return out, err
}

const insertOrganisation = `INSERT INTO organisations (` + organisationColumns + `)
VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`

// InsertOrganisation adds one; claviger.Conflict if its id is taken.
func (t *Tx) InsertOrganisation(ctx context.Context, o claviger.Organisation) error {
	return t.insert(ctx, step{name: "insert organisation", taken: "organisation already exists"},
		insertOrganisation, o.ID, o.Name, o.Email, o.CreatedAt.UnixMicro())
}
