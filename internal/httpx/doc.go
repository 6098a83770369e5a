// Package httpx is what both planes share at the HTTP edge: request ids, the
// client's address, recovery from panics, limits on bodies, and the one place
// where an error becomes a status and a body.
//
// Errors that are not meant for callers ([*claviger.Error] and [*Failure] are)
// become a 500 with a fixed text; their detail goes to the log under the
// request id.
package httpx
