package adminapi

import (
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// refusals are the answers any operation may give besides 200, in words.
var refusals = map[int]string{
	http.StatusBadRequest:            "The request is wrong; problems names each field by its path.",
	http.StatusUnauthorized:          "No key, or none that is known.",
	http.StatusForbidden:             "The key may not do this, or may not see the workspace.",
	http.StatusNotFound:              "There is no such thing that the key may see.",
	http.StatusRequestTimeout:        "The request body took too long to arrive.",
	http.StatusConflict:              "A name is taken, or the thing changed meanwhile.",
	http.StatusRequestEntityTooLarge: "The request body is too large.",
	http.StatusTooManyRequests:       "Too many requests; Retry-After says when to come again.",
	http.StatusInternalServerError:   "An error of the server; its log has it under the request id.",
	http.StatusServiceUnavailable:    "The database does not answer.",
}

// documentRefusals puts every refusal into the document, for operations to
// refer to.
func documentRefusals(c *huma.Components) {
	body := c.Schemas.Schema(reflect.TypeFor[failure](), true, "")
	c.Responses = map[string]*huma.Response{}
	for status, words := range refusals {
		r := &huma.Response{Description: words, Content: map[string]*huma.MediaType{mediaType: {Schema: body}}}
		if status == http.StatusTooManyRequests {
			r.Headers = map[string]*huma.Param{"Retry-After": {Description: "Seconds.", Schema: &huma.Schema{Type: huma.TypeInteger}}}
		}
		c.Responses[refusalName(status)] = r
	}
}

func refusalName(status int) string { return strings.ReplaceAll(http.StatusText(status), " ", "") }

// refusalRefs are the refusals as an operation refers to them.
func refusalRefs() map[string]*huma.Response {
	all := map[string]*huma.Response{}
	for status := range refusals {
		all[strconv.Itoa(status)] = &huma.Response{Ref: "#/components/responses/" + refusalName(status)}
	}
	return all
}
