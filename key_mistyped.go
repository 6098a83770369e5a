package claviger

import "strings"

// Mistyped reports whether key begins like the keys that [NewKey] makes and is
// none of them: a character was lost or changed on the way. No key that works
// is ever mistyped, because none that an operator chooses may begin so.
func Mistyped(key string) bool { return strings.HasPrefix(key, keyPrefix) && !WellFormed(key) }
