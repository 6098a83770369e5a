// Package admin holds the use cases of the control plane: each one allows,
// validates, seals, stores and audits in one transaction, so that nothing
// changes unseen.
package admin
