package adminapi

import (
	"cmp"
	"time"

	claviger "github.com/claviger/claviger"
)

// Paging is the page of a list, in both spellings clients use.
type Paging struct {
	PageSize     int `query:"page_size" minimum:"0" doc:"Entries on a page. More than the maximum are as many as that."`
	CurrentPage  int `query:"current_page" minimum:"0" doc:"Page, counted from 0."`
	PageSize2    int `query:"pageSize" minimum:"0" doc:"The same as page_size."`
	CurrentPage2 int `query:"currentPage" minimum:"0" doc:"The same as current_page."`
}

const maxPage = 1000

// shortPages are the operations whose pages hold fewer, and how many.
var shortPages = map[string]int{
	"list-audit-logs": auditPage, "list-secret-references": maxReferencesPage, "list-usage-limits-policy-entities": groupsPage,
}

// documentPages puts the most that a page holds into an operation of the
// document. A request may ask for more and gets that.
func documentPages(op tree) {
	id, _ := op["operationId"].(string)
	parameters, _ := op["parameters"].([]any)
	for _, p := range parameters {
		p, _ := p.(tree)
		if schema, ok := p["schema"].(tree); ok && (p["name"] == "page_size" || p["name"] == "pageSize") {
			schema["maximum"] = cmp.Or(shortPages[id], maxPage)
		}
	}
}

// page is the page asked for; size is for those who do not say.
func (p Paging) page(size int) claviger.Page {
	for _, asked := range []int{p.PageSize2, p.PageSize} {
		if asked > 0 {
			size = min(asked, maxPage)
		}
	}
	return claviger.Page{Number: max(p.CurrentPage, p.CurrentPage2), Size: size}
}

// list is one page of a list.
type list[T any] struct {
	Object string `json:"object" enum:"list"`
	Total  int    `json:"total" doc:"Entries on all pages."`
	Data   []T    `json:"data"`
}

func listOf[N, T any](nouns []N, total int, wire func(N) T) list[T] {
	l := list[T]{Object: "list", Total: total, Data: make([]T, 0, len(nouns))}
	for _, n := range nouns {
		l.Data = append(l.Data, wire(n))
	}
	return l
}

// instant is a time on the wire: RFC 3339 with milliseconds; null for none.
func instant(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	s := t.UTC().Format("2006-01-02T15:04:05.000Z")
	return &s
}

// orNull is null for the empty text.
func orNull[S ~string](v S) *string {
	if v == "" {
		return nil
	}
	s := string(v)
	return &s
}
