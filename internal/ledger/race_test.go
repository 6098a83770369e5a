//go:build race

package ledger_test

// lives is how often the process is killed. The race detector slows the
// database down twenty times.
const lives = 3
