package adminapi

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strings"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/admin"
	"github.com/claviger/claviger/internal/authz"
)

const auditPage = 100 // both the default and the most

func (a *api) auditLogs() {
	register(a, operation{
		ID: "list-audit-logs", Method: http.MethodGet, Path: "/audit-logs", Summary: "Read the audit log", Tag: "Audit log",
		Scopes: []claviger.Scope{"audit_logs.list"}, Body: noBody,
	}, a.listAuditLogs)
}

type auditQuery struct {
	Paging
	StartTime      string `query:"start_time" doc:"Needed. ISO 8601, inclusive."`
	EndTime        string `query:"end_time" doc:"Needed. ISO 8601, exclusive."`
	OrganisationID string `query:"organisation_id" doc:"The key's own when absent."`
	Method         string `query:"method" enum:"POST,PUT,DELETE,CLI"`
	URI            string `query:"uri" doc:"The whole path, such as /v1/integrations/openai."`
	RequestID      string `query:"request_id"`
	UserID         string `query:"user_id" doc:"Id of the API key."`
	UserType       string `query:"user_type" enum:"user,api_key,operator,unknown"`
	WorkspaceID    string `query:"workspace_id" doc:"UUID or slug."`
	Status         int    `query:"response_status_code"`
	ResourceType   string `query:"resource_type"`
	Action         string `query:"action"`
	ClientIP       string `query:"client_ip"`
	Country        string `query:"country"`
}

// AuditRecord is one change, or attempts of one kind that were refused.
type AuditRecord struct {
	ID             string  `json:"id" format:"uuid"`
	Timestamp      *string `json:"timestamp" format:"date-time"`
	Method         string  `json:"method" doc:"CLI for the operator's command line."`
	URI            string  `json:"uri" doc:"Of refused attempts that were counted together, that of the latest."`
	RequestID      string  `json:"request_id"`
	RequestBody    string  `json:"request_body" doc:"JSON: the fields that were set or changed, as they are since. Secrets are fingerprints or masks."`
	Before         string  `json:"before" doc:"JSON: the same fields as they were."`
	QueryParams    string  `json:"query_params" doc:"JSON. Not kept."`
	RequestHeaders string  `json:"request_headers" doc:"JSON. Not kept."`
	UserID         *string `json:"user_id" doc:"Id of the API key; null for the operator and for callers nobody knows."`
	UserType       string  `json:"user_type" enum:"user,api_key,operator,unknown"`
	OrganisationID string  `json:"organisation_id" format:"uuid"`
	WorkspaceID    *string `json:"workspace_id"`
	Status         int     `json:"response_status_code"`
	ResourceType   string  `json:"resource_type"`
	ResourceID     *string `json:"resource_id" doc:"Of refused attempts, what the latest named, id or slug."`
	Action         string  `json:"action"`
	ClientIP       string  `json:"client_ip"`
	Country        *string `json:"country"`
	Attempts       int     `json:"attempts" doc:"Requests this record stands for: more than 1 where refused ones of a minute were counted together."`
}

type auditList struct {
	Object  string        `json:"object" enum:"analytics-graph"`
	Total   int           `json:"total" doc:"Records on all pages."`
	Records []AuditRecord `json:"records"`
}

func (a *api) listAuditLogs(ctx context.Context, by authz.Caller, in *auditQuery) (auditList, error) {
	page := in.page(auditPage)
	page.Size = min(page.Size, auditPage)
	all, total, err := a.admin.AuditLog(ctx, by, admin.AuditFilter{
		StartTime: in.StartTime, EndTime: in.EndTime, Organisation: in.OrganisationID, Workspace: in.WorkspaceID,
		ActorID: in.UserID, ActorType: in.UserType, Action: in.Action, ResourceType: in.ResourceType,
		Method: in.Method, URI: in.URI, RequestID: in.RequestID, Address: in.ClientIP, Status: in.Status,
		Country: in.Country, Page: page,
	})
	return auditList{Object: "analytics-graph", Total: total, Records: listOf(all, total, auditWire).Data}, err
}

func auditWire(e claviger.AuditEntry) AuditRecord {
	now, before := changed(e.Before, e.After)
	return AuditRecord{
		ID: string(e.ID), Timestamp: instant(e.At), Method: e.Method, URI: e.URI, RequestID: e.RequestID,
		RequestBody: now, Before: before, QueryParams: "{}", RequestHeaders: "{}",
		UserID: orNull(e.ActorKeyID), UserType: e.ActorType, OrganisationID: string(e.OrganisationID), WorkspaceID: orNull(e.WorkspaceID),
		Status: e.Status, ResourceType: e.ResourceType, ResourceID: orNull(e.ResourceID), Action: e.Action,
		ClientIP: e.Address, Attempts: e.Attempts,
	}
}

// changed are the fields that differ, after and before, as JSON objects. What
// was made has no before, what was deleted no after.
func changed(before, after json.RawMessage) (now, then string) {
	var was, is map[string]json.RawMessage
	_ = json.Unmarshal(before, &was) // no side is an empty one
	_ = json.Unmarshal(after, &is)
	for name, v := range is {
		if bytes.Equal(v, was[name]) {
			delete(is, name)
			delete(was, name)
		}
	}
	return objectText(is), objectText(was)
}

func objectText(m map[string]json.RawMessage) string {
	if len(m) == 0 {
		return "{}"
	}
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if enc.Encode(m) != nil {
		return "{}"
	}
	return strings.TrimSuffix(b.String(), "\n")
}
