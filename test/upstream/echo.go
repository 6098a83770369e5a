package upstream

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sort"
	"strings"
)

// all is everything a request brought, as one text.
func all(r Request) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s\n", r.Method, r.Path)
	names := make([]string, 0, len(r.Header))
	for name := range r.Header {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		fmt.Fprintf(&b, "%s: %s\n", name, strings.Join(r.Header[name], ", "))
	}
	b.Write(r.Body)
	return b.String()
}

// inPart is the credential of a request in the ways in which providers show parts
// of one that they refuse.
func inPart(r Request) string {
	key := r.Header.Get("X-Api-Key")
	if key == "" {
		key = strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	}
	if len(key) < 24 {
		return "no key"
	}
	from, to := key[:8], key[len(key)-16:]
	return fmt.Sprintf("Incorrect API key: %s****%s. It is %s...%s, or ends in ***%s, or …%s.", from, to, from, to, to, to)
}

func quoted(s string) string {
	b, _ := json.Marshal(s) // a string always encodes
	return string(b)
}

// echoHeaders answers with the request's headers, under their own names and
// under others.
func echoHeaders(w http.ResponseWriter, r Request) {
	for name, values := range r.Header {
		if name == "Content-Length" || name == "Connection" || name == "Accept-Encoding" {
			continue
		}
		for _, v := range values {
			w.Header().Add("X-Echo-"+name, v)
			if name != "Content-Type" {
				w.Header().Add(name, v)
			}
		}
	}
}

func echo(w http.ResponseWriter, r Request, behaviour string, stream bool) {
	echoHeaders(w, r)
	text := quoted(all(r))
	switch {
	case behaviour == "echo-error":
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprintf(w, `{"error":{"message":%s,"type":"invalid_request_error","param":null,"code":"invalid_api_key"}}`, text)
	case behaviour == "echo-part":
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprintf(w, `{"type":"error","error":{"type":"authentication_error","message":%s}}`, quoted(inPart(r)))
	case behaviour == "echo-garbage":
		w.Header().Set("Content-Type", "text/html")
		io.WriteString(w, "<pre>"+all(r)+"</pre>")
	case stream:
		w.Header().Set("Content-Type", "text/event-stream")
		if behaviour == "echo-event" {
			fmt.Fprintf(w, "data: {\"error\":{\"message\":%s,\"type\":\"server_error\"}}\n\n", text)
			return
		}
		io.WriteString(w, chunk(r.Model, `{"role":"assistant","content":`+text+`}`, "null"))
		io.WriteString(w, chunk(r.Model, `{}`, `"stop"`)+usageChunk(r.Model)+done)
	default:
		answer(w, fmt.Sprintf(`{"id":"chatcmpl-echo","object":"chat.completion","created":1700000000,"model":%s,`+
			`"choices":[{"index":0,"message":{"role":"assistant","content":%s},"finish_reason":"stop"}],"usage":%s}`, quoted(r.Model), text, usage))
	}
}

func echoAnthropic(w http.ResponseWriter, r Request, behaviour string, stream bool) {
	echoHeaders(w, r)
	text := quoted(all(r))
	switch {
	case behaviour == "echo-error":
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprintf(w, `{"type":"error","error":{"type":"authentication_error","message":%s}}`, text)
	case behaviour == "echo-part":
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusUnauthorized)
		fmt.Fprintf(w, `{"type":"error","error":{"type":"authentication_error","message":%s}}`, quoted(inPart(r)))
	case behaviour == "echo-garbage":
		w.Header().Set("Content-Type", "text/html")
		io.WriteString(w, "<pre>"+all(r)+"</pre>")
	case stream:
		w.Header().Set("Content-Type", "text/event-stream")
		event := func(name, data string) { fmt.Fprintf(w, "event: %s\ndata: %s\n\n", name, data) }
		if behaviour == "echo-event" {
			event("error", `{"type":"error","error":{"type":"overloaded_error","message":`+text+`}}`)
			return
		}
		event("message_start", `{"type":"message_start","message":{"id":"msg_echo","type":"message","role":"assistant","content":[],"model":"echo","stop_reason":null,"usage":{"input_tokens":11,"output_tokens":1}}}`)
		event("content_block_start", `{"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}`)
		event("content_block_delta", `{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":`+text+`}}`)
		event("content_block_stop", `{"type":"content_block_stop","index":0}`)
		event("message_delta", `{"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null},"usage":{"output_tokens":7}}`)
		event("message_stop", `{"type":"message_stop"}`)
	default:
		answer(w, `{"id":"msg_echo","type":"message","role":"assistant","model":"echo","content":[{"type":"text","text":`+text+
			`}],"stop_reason":"end_turn","stop_sequence":null,"usage":{"input_tokens":11,"output_tokens":7}}`)
	}
}
