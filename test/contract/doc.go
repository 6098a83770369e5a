// Package contract holds the product to its contract: the API's document is
// OpenAPI 3.1, all answers that tests got are as it says, and what is said about
// compatibility is what it has. Its tests need a validator that takes minutes
// to compile for the first time, so they are apart from all others.
package contract
