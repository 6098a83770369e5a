package harness

import "net/http"

// DefaultWorkspace is the id of the workspace that the first start made.
func (s *Server) DefaultWorkspace() string {
	s.t.Helper()
	list := s.Admin().Must(http.MethodGet, "/v1/admin/workspaces", nil)
	id := list.Text("data", 0, "id")
	if id == "" {
		s.t.Fatalf("no workspace after the first start: %v", list)
	}
	return id
}

// Integrate stores an integration and grants the default workspace access, so
// that "@slug" works there.
func (s *Server) Integrate(slug string, fields map[string]any) {
	s.t.Helper()
	body := map[string]any{"slug": slug, "name": slug}
	for k, v := range fields {
		body[k] = v
	}
	s.Admin().Must(http.MethodPost, "/v1/integrations", body)
	s.Grant(slug, s.DefaultWorkspace())
}

// Grant gives a workspace access to an integration.
func (s *Server) Grant(slug, workspace string) {
	s.t.Helper()
	s.Admin().Must(http.MethodPut, "/v1/integrations/"+slug+"/workspaces",
		map[string]any{"workspaces": []any{map[string]any{"id": workspace, "enabled": true}}})
}
