package adminapi

import (
	"encoding/json"
	"strings"
	"testing"
)

// Every list says how much a page holds at most, and holds no more.
func TestTheDocumentBoundsPages(t *testing.T) {
	w := newWorld(t)
	raw, err := openAPI(w.api.huma.OpenAPI(), w.service.Kinds())
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Paths map[string]map[string]struct {
			OperationID string
			Parameters  []struct {
				Name   string
				Schema struct{ Minimum, Maximum *int }
			}
		}
	}
	if err := json.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	sizes := 0
	for _, path := range doc.Paths {
		for _, op := range path {
			for _, p := range op.Parameters {
				if !strings.EqualFold(strings.ReplaceAll(p.Name, "_", ""), "pagesize") {
					continue
				}
				sizes++
				want := maxPage
				if n, ok := shortPages[op.OperationID]; ok {
					want = n
				}
				if p.Schema.Minimum == nil || p.Schema.Maximum == nil || *p.Schema.Maximum != want {
					t.Errorf("%s: %s of %s has no bounds", op.OperationID, p.Name, op.OperationID)
				}
			}
		}
	}
	if sizes < 10 {
		t.Errorf("only %d parameters", sizes)
	}
	if got := (Paging{PageSize: 5000}).page(10); got.Size != maxPage {
		t.Errorf("a page of %d", got.Size)
	}
}

// A filter whose value is none is a 400 that names the filter.
func TestWrongFiltersAreNamed(t *testing.T) {
	w := newWorld(t)
	ws := "workspace_id=" + w.made.Workspace.Slug
	for path, name := range map[string]string{
		"/integrations?type=mine":                    "type",
		"/integrations?tags=:x":                      "tags",
		"/integrations?page_size=x":                  "page_size",
		"/secret-references?manager_type=mine":       "manager_type",
		"/secret-references?tags=x":                  "tags",
		"/secret-references?current_page=-1":         "current_page",
		"/providers?" + ws + "&page_size=-1":         "page_size",
		"/virtual-keys?" + ws + "&currentPage=x":     "currentPage",
		"/api-keys?pageSize=x":                       "pageSize",
		"/admin/workspaces?status=mine":              "status",
		everAfter + "&method=GET":                    "method",
		everAfter + "&user_type=mine":                "user_type",
		everAfter + "&response_status_code=mine":     "response_status_code",
		"/audit-logs?start_time=x&end_time=2030-1-1": "start_time",
	} {
		got := w.do(orgAdmin, "GET", path, "")
		if got.status != 400 || !strings.Contains(got.text, `"path":"`+name+`"`) {
			t.Errorf("%s: %d %s", path, got.status, got.text)
		}
	}
}
