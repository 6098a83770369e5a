package httpx

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
)

// AdminError is the body of an error of the admin API. It carries the message
// where each of the known clients looks for it.
type AdminError struct {
	Success  bool        `json:"success"`
	Data     AdminData   `json:"data"`
	Message  string      `json:"message"`
	Error    ErrorDetail `json:"error"`
	Problems []Problem   `json:"problems,omitempty"`
}

// AdminData is the documented part of an [AdminError].
type AdminData struct {
	Message   string `json:"message"`
	ErrorCode string `json:"errorCode"`
}

// ErrorDetail is the form that OpenAI's clients read.
type ErrorDetail struct {
	Message string  `json:"message"`
	Type    *string `json:"type"`
	Param   *string `json:"param"`
	Code    *string `json:"code"`
}

// Problem is one field that is wrong. It never holds the value.
type Problem struct {
	Path    string `json:"path"`
	Message string `json:"message"`
}

// Admin is the status and the body of the admin API for err.
func Admin(err error) (int, AdminError) {
	e, _ := public(err)
	e = inOrder(e)
	w := wireOf(e.Code)
	message := e.Error()
	if w.status == http.StatusUnauthorized {
		message = "Unauthorised Request" // which half of a key was wrong is nobody's business
	}
	code := string(w.code)
	body := AdminError{
		Data:    AdminData{Message: message, ErrorCode: code},
		Message: message,
		Error:   ErrorDetail{Message: message, Type: &w.kind, Code: &code},
	}
	for _, p := range e.Problems {
		body.Problems = append(body.Problems, Problem(p))
	}
	if len(e.Problems) == 1 {
		body.Error.Param = &e.Problems[0].Path
	}
	return w.status, body
}

// WriteAdmin answers with err in the admin API's form and logs what the caller
// is not told. It must come before any other write to w.
func WriteAdmin(w http.ResponseWriter, log *slog.Logger, err error) {
	Report(log, RequestID(w), err)
	status, body := Admin(err)
	if e, ok := public(err); ok {
		setRetryAfter(w.Header(), e.RetryAfter)
	}
	writeJSON(w, status, marshal(body))
}

// marshal encodes one of this package's own bodies; they always can be.
func marshal(v any) []byte {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return []byte(`{"success":false,"message":"` + fixed + `"}` + "\n")
	}
	return b.Bytes()
}

func writeJSON(w http.ResponseWriter, status int, body []byte) {
	h := w.Header()
	h["Content-Type"] = []string{"application/json"}
	h["X-Content-Type-Options"] = []string{"nosniff"}
	w.WriteHeader(status)
	w.Write(body) // the client may have left: nobody to tell
}

// WriteJSON answers with v, which must be of a type that encodes.
func WriteJSON(w http.ResponseWriter, status int, v any) { writeJSON(w, status, marshal(v)) }
