package adminapi

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

func TestManyCallersChangeOneThingAtOnce(t *testing.T) {
	w, first, _ := prepared(t)
	var wg sync.WaitGroup
	for n := range 8 {
		for _, try := range [][3]string{
			{"PUT", "/integrations/shared", fmt.Sprintf(`{"key":"sk-parallel-%08d"}`, n)},
			{"PUT", "/integrations/shared/workspaces", `{"workspaces":[{"id":"` + first + `","enabled":true}]}`},
			{"PUT", "/admin/workspaces/" + first, fmt.Sprintf(`{"description":"%d"}`, n)},
			{"GET", "/integrations/shared", ``},
		} {
			wg.Go(func() {
				r := httptest.NewRequest(try[0], "http://claviger.test/v1"+try[1], strings.NewReader(try[2]))
				r.Header.Set("x-portkey-api-key", w.keys[orgAdmin])
				rec := httptest.NewRecorder()
				w.handler.ServeHTTP(rec, r)
				if rec.Code != 200 {
					t.Errorf("%s %s: %d %s", try[0], try[1], rec.Code, rec.Body)
				}
			})
		}
	}
	wg.Wait()
	if list := w.must(workspace, "GET", "/providers", ""); list["total"] != 1.0 {
		t.Errorf("%v providers were made of one grant", list["total"])
	}
	var rotated int
	for _, e := range w.entries {
		if e.ResourceType == "integration" && strings.Contains(string(e.After), `"key_version"`) && e.Action == "update" {
			rotated++
		}
	}
	if rotated != 8 {
		t.Errorf("%d rotations are recorded", rotated)
	}
}

func TestOneSlugIsAskedForByManyAtOnce(t *testing.T) {
	w := newWorld(t)
	var wg sync.WaitGroup
	codes := make(chan int, 8)
	for range cap(codes) {
		wg.Go(func() {
			r := httptest.NewRequest("POST", "http://claviger.test/v1/integrations", strings.NewReader(`{"name":"n","slug":"one","ai_provider_id":"openai","key":"k12345678"}`))
			r.Header.Set("x-portkey-api-key", w.keys[orgAdmin])
			rec := httptest.NewRecorder()
			w.handler.ServeHTTP(rec, r)
			codes <- rec.Code
		})
	}
	wg.Wait()
	close(codes)
	seen := map[int]int{}
	for c := range codes {
		seen[c]++
	}
	if seen[200] != 1 || seen[409] != cap(codes)-1 {
		t.Errorf("answers %v", seen)
	}
}
