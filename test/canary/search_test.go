package canary

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"testing"
)

// TestSearchFinds makes sure that the search would see what it looks for.
func TestSearchFinds(t *testing.T) {
	p := plant("secret")
	quoted, _ := json.Marshal(map[string]string{"k": p.value})
	tests := map[string]string{
		"plain text":                   "key=" + p.value + ";",
		"JSON":                         string(quoted),
		"its end, after stars":         "****" + p.value[len(p.value)-16:],
		"a query":                      "?k=" + url.QueryEscape(p.value),
		"hex":                          hex.EncodeToString([]byte(p.value)),
		"base64":                       base64.StdEncoding.EncodeToString([]byte(p.value)),
		"base64 one byte further":      base64.StdEncoding.EncodeToString([]byte("x" + p.value + "tail")),
		"base64 two bytes further":     base64.URLEncoding.EncodeToString([]byte("xy" + p.value + "t")),
		"base64 of a Basic credential": base64.StdEncoding.EncodeToString([]byte("user:" + p.value)),
	}
	for name, text := range tests {
		t.Run(name, func(t *testing.T) {
			if len(search([]planted{p}, []output{{where: name, data: []byte(text)}})) == 0 {
				t.Errorf("not found in %q", text)
			}
		})
	}
	if hits := search([]planted{p}, []output{{where: "nothing", data: []byte("sk*******" + p.value[len(p.value)-2:])}}); len(hits) != 0 {
		t.Errorf("a mask counts as a hit: %v", hits)
	}
}
