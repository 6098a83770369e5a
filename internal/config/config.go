// Package config reads the settings of the process from flags and environment
// variables. A flag wins over its variable; an empty variable counts as unset.
// Every fault is found before anything starts and reported together with all
// others, by the names of the flag and the variable. Values of settings that
// are secret are never repeated.
package config

import (
	"log/slog"
	"time"

	"github.com/claviger/claviger/internal/secret"
)

// Config is what a command was told. It is plain data.
type Config struct {
	Listen      string // host:port
	DataDir     string
	DatabaseURL secret.String // of PostgreSQL; empty: SQLite in DataDir

	MasterKey     secret.String // in base64, as given
	MasterKeyFile string        // empty: none was named

	BootstrapKey          secret.String // of the first organisation admin
	BootstrapWorkspaceKey secret.String
	BootstrapEmail        string

	LogLevel  slog.Level
	LogFormat string // "text" or "json"

	MaxBody       int64         // bytes of one request body
	BodyMemory    int64         // bytes of all request bodies of the gateway at once
	BodyTimeout   time.Duration // for a caller to send its body
	HeaderTimeout time.Duration // for a provider to begin its answer
	StreamTimeout time.Duration // between two moves of an answer
	IdleTimeout   time.Duration // of a connection between requests
	LameDuck      time.Duration // of taking requests still while /readyz says no; may be 0
	DrainTimeout  time.Duration // for requests under way at a shutdown

	MaxRequests       int  // of the gateway at once; 0: no bound
	AllowPrivateHosts bool // for integrations that a workspace stores
	BehindTLS         bool // something in front of Listen ends TLS

	CatalogueFile string // of models and prices; empty: the one that is built in

	Organisation string // id or name; empty: the only one
	Name, Email  string // of a new organisation

	Repair bool // of what a check finds

	Output string // file for what a command prints once
}

// Postgres reports whether the store is PostgreSQL.
func (c Config) Postgres() bool { return !c.DatabaseURL.IsZero() }

// Faults are all that is wrong with the settings. The zero value is empty.
type Faults struct{ list []Fault }

// Fault is one thing wrong, by the name of the setting.
type Fault struct{ Name, Message string }

// Add notes a fault.
func (f *Faults) Add(name, message string) { f.list = append(f.list, Fault{name, message}) }

// List is every fault in the order they were found.
func (f *Faults) List() []Fault { return f.list }
