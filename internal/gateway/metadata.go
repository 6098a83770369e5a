package gateway

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"strings"

	"github.com/claviger/claviger/internal/authn"
)

// maxMetadata bounds a caller's metadata, in bytes.
const maxMetadata = 8 << 10

// userField names the user of a request in its metadata.
const userField = "_user"

// metadataOf is what describes a request. Who stands higher has the last word:
// the workspace, then the key by its defaults, then the caller's own header, then
// its trace baggage. The holder of a user's key is who the key says, whatever
// else does. What is no JSON object counts as absent, as documented.
func metadataOf(h http.Header, who *authn.Identity, defaults map[string]string) (map[string]string, error) {
	own := h.Get("X-Portkey-Metadata")
	baggage := h.Get("Baggage")
	if len(own)+len(baggage) > maxMetadata {
		return nil, badRequest("x-portkey-metadata and baggage may have at most 8 KB together")
	}
	all := map[string]string{}
	maps.Copy(all, members(baggage))
	maps.Copy(all, texts(own))
	maps.Copy(all, defaults)
	maps.Copy(all, who.Workspace.Metadata)
	if who.Key.UserID != "" {
		all[userField] = who.Key.UserID
	}
	return all, nil
}

// texts reads a JSON object of texts; numbers and truth values count as written.
func texts(object string) map[string]string {
	var raw map[string]json.RawMessage
	if object == "" || json.Unmarshal([]byte(object), &raw) != nil {
		return nil
	}
	out := make(map[string]string, len(raw))
	for k, v := range raw {
		var text string
		switch {
		case json.Unmarshal(v, &text) == nil && string(v) != "null":
			out[k] = text
		case len(v) > 0 && strings.ContainsRune("0123456789-tf", rune(v[0])):
			out[k] = string(v)
		}
	}
	return out
}

// members reads W3C baggage (https://www.w3.org/TR/baggage/): pairs with commas
// between, values percent-encoded, properties behind semicolons.
func members(baggage string) map[string]string {
	if baggage == "" {
		return nil
	}
	out := map[string]string{}
	for member := range strings.SplitSeq(baggage, ",") {
		pair, _, _ := strings.Cut(member, ";")
		name, value, found := strings.Cut(pair, "=")
		text, err := url.PathUnescape(strings.TrimSpace(value))
		if name = strings.TrimSpace(name); found && name != "" && err == nil {
			out[name] = text
		}
	}
	return out
}
