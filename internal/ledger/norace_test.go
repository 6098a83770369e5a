//go:build !race

package ledger_test

// lives is how often the process is killed.
const lives = 12
