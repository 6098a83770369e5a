package adminapi

import (
	"context"
	"net/http"
	"strings"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/admin"
	"github.com/claviger/claviger/internal/authz"
)

const (
	apiKeysPath = "/api-keys"
	apiKeyPath  = apiKeysPath + "/{id}"
	apiKeysPage = 100
)

func (a *api) apiKeys() {
	op := func(id, method, path, summary, verb string, body int64) operation {
		return operation{ID: id, Method: method, Path: path, Summary: summary, Tag: "API keys", Scopes: admin.KeyScopes(verb), Body: body}
	}
	register(a, op("create-api-key", http.MethodPost, apiKeysPath+"/{type}/{subType}", "Make an API key; it is shown this once", "create", fullBody), a.createAPIKey)
	register(a, op("list-api-keys", http.MethodGet, apiKeysPath, "List API keys", "list", noBody), a.listAPIKeys)
	register(a, op("get-api-key", http.MethodGet, apiKeyPath, "Read an API key, masked", "read", noBody), a.getAPIKey)
	register(a, op("update-api-key", http.MethodPut, apiKeyPath, "Change an API key", "update", fullBody), a.updateAPIKey)
	register(a, op("rotate-api-key", http.MethodPost, apiKeyPath+"/rotate", "Give an API key a new secret; it is shown this once", "rotate", fullBody), a.rotateAPIKey)
	register(a, op("delete-api-key", http.MethodDelete, apiKeyPath, "Revoke an API key", "delete", noBody), a.deleteAPIKey)
}

// KeyRef names an API key in the path.
type KeyRef struct {
	ID string `path:"id"`
}

type newKeyInput struct {
	Type    string `path:"type" enum:"organisation,workspace"`
	SubType string `path:"subType" enum:"service,user"`
	Body    Body[NewAPIKeyRequest]
}

// NewAPIKeyResponse holds the key itself, which is never shown again.
type NewAPIKeyResponse struct {
	ID     string `json:"id" format:"uuid"`
	Key    string `json:"key"`
	Object string `json:"object" enum:"api-key"`
}

func (a *api) createAPIKey(ctx context.Context, by authz.Caller, in *newKeyInput) (NewAPIKeyResponse, error) {
	ask := newAPIKey(in.Body.Value, in.Body.Found)
	ask.Kind = claviger.KeyKind{Type: claviger.KeyType(in.Type), SubType: claviger.KeySubType(in.SubType)}
	k, plain, err := a.admin.CreateAPIKey(ctx, by, ask)
	return NewAPIKeyResponse{ID: string(k.ID), Key: plain.Reveal(), Object: "api-key"}, err
}

type keyList struct {
	Paging
	WorkspaceID string `query:"workspace_id" doc:"UUID or slug."`
	IDs         string `query:"ids" doc:"UUIDs with commas between."`
}

func (a *api) listAPIKeys(ctx context.Context, by authz.Caller, in *keyList) (list[APIKey], error) {
	f := admin.APIKeyFilter{Workspace: in.WorkspaceID, Page: in.page(apiKeysPage)}
	if in.IDs != "" {
		for id := range strings.SplitSeq(in.IDs, ",") {
			f.IDs = append(f.IDs, claviger.APIKeyID(strings.ToLower(strings.TrimSpace(id))))
		}
	}
	all, total, err := a.admin.APIKeys(ctx, by, f)
	return standingList(all, total, a.admin.KeyStandings(ctx, false, all...), a.apiKeyWire), err
}

func (a *api) getAPIKey(ctx context.Context, by authz.Caller, in *KeyRef) (APIKey, error) {
	k, err := a.admin.APIKey(ctx, by, in.ID)
	return a.apiKeyWire(k, a.admin.KeyStandings(ctx, true, k)[0]), err
}

func (a *api) updateAPIKey(ctx context.Context, by authz.Caller, in *struct {
	KeyRef
	Body Body[APIKeyRequest]
}) (empty, error) {
	return empty{}, a.admin.UpdateAPIKey(ctx, by, in.ID, apiKeyInput(in.Body.Value, in.Body.Found))
}

func (a *api) deleteAPIKey(ctx context.Context, by authz.Caller, in *KeyRef) (empty, error) {
	return empty{}, a.admin.DeleteAPIKey(ctx, by, in.ID)
}

// RotateAPIKeyRequest may be empty.
type RotateAPIKeyRequest struct {
	KeyTransitionPeriodMS Optional[int64] `json:"key_transition_period_ms" doc:"How long the old secret works on, in milliseconds: at least 1800000 and less than the period between two rotations. What the rotation policy says when absent, else 1800000."`
}

// RotateAPIKeyResponse holds the new secret, which is never shown again.
type RotateAPIKeyResponse struct {
	ID                     string  `json:"id" format:"uuid"`
	Key                    string  `json:"key"`
	KeyTransitionExpiresAt *string `json:"key_transition_expires_at" format:"date-time" doc:"When the old secret stops to work."`
}

func (a *api) rotateAPIKey(ctx context.Context, by authz.Caller, in *struct {
	KeyRef
	Body Body[RotateAPIKeyRequest]
}) (RotateAPIKeyResponse, error) {
	made, err := a.admin.RotateAPIKey(ctx, by, in.ID, admin.RotateInput{
		TransitionMS: in.Body.Value.KeyTransitionPeriodMS.Optional, Found: in.Body.Found,
	})
	return RotateAPIKeyResponse{ID: string(made.Key.ID), Key: made.Plain.Reveal(), KeyTransitionExpiresAt: instant(made.Key.OldUntil)}, err
}
