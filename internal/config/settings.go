package config

import (
	"slices"
	"time"

	"github.com/claviger/claviger/internal/secret"
)

// Commands that take settings.
const (
	Serve    = "serve"
	Migrate  = "migrate"
	AdminKey = "admin-key"

	OrganisationCreate = "organisation create"
	OrganisationList   = "organisation list"

	LedgerCheck = "ledger check"
)

// setting is one thing that can be told, by a flag, a variable or both.
type setting struct {
	flag     string // without dashes; "" when it would show a secret in the process list
	env      string
	value    string // what kind of value, for the help; "" for a switch
	fallback string
	help     string
	commands []string // nil: all
	set      func(c *Config, value string) error
}

// name is how faults call the setting.
func (s setting) name() string {
	switch {
	case s.flag == "":
		return s.env
	case s.env == "":
		return "--" + s.flag
	default:
		return "--" + s.flag + " (" + s.env + ")"
	}
}

func (s setting) of(command string) bool {
	return s.commands == nil || slices.Contains(s.commands, command)
}

var (
	onlyServe = []string{Serve}
	keyed     = []string{Serve, AdminKey, OrganisationCreate}
	showing   = []string{AdminKey, OrganisationCreate} // a key, once
)

// settings are all there are, in the order of the help.
var settings = []setting{
	{flag: "listen", env: "CLAVIGER_LISTEN", value: "HOST:PORT", fallback: "127.0.0.1:8787", commands: onlyServe,
		help: "address to serve both the admin API and the gateway on", set: setListen},
	{flag: "data-dir", env: "CLAVIGER_DATA_DIR", value: "DIR", fallback: "./data",
		help: "directory of the journal and, on SQLite, the store", set: text(func(c *Config) *string { return &c.DataDir })},
	{flag: "behind-tls", env: "CLAVIGER_BEHIND_TLS", commands: onlyServe,
		help: "something in front ends TLS: do not warn of an address that others can reach", set: yes(func(c *Config) *bool { return &c.BehindTLS })},
	{flag: "database-url", env: "CLAVIGER_DATABASE_URL", value: "URL",
		help: "postgres://… to use PostgreSQL instead of SQLite in the data directory", set: setDatabase},
	{env: "CLAVIGER_MASTER_KEY", value: "BASE64", commands: keyed,
		help: "master key, 32 bytes in base64", set: confidential(func(c *Config) *secret.String { return &c.MasterKey })},
	{flag: "master-key-file", env: "CLAVIGER_MASTER_KEY_FILE", value: "FILE", commands: keyed,
		help: "file with the master key; on SQLite one is made in the data directory when neither is given",
		set:  text(func(c *Config) *string { return &c.MasterKeyFile })},
	{env: "CLAVIGER_BOOTSTRAP_KEY", value: "KEY", commands: onlyServe,
		help: "first organisation admin key, 32 characters or more; otherwise one is made and shown once",
		set:  bootstrapKey(func(c *Config) *secret.String { return &c.BootstrapKey })},
	{env: "CLAVIGER_BOOTSTRAP_WORKSPACE_KEY", value: "KEY", commands: onlyServe,
		help: "first key of the default workspace, likewise",
		set:  bootstrapKey(func(c *Config) *secret.String { return &c.BootstrapWorkspaceKey })},
	{env: "CLAVIGER_BOOTSTRAP_EMAIL", value: "ADDRESS", commands: onlyServe,
		help: "e-mail address of the organisation's owner", set: email(func(c *Config) *string { return &c.BootstrapEmail })},
	{flag: "max-body", env: "CLAVIGER_MAX_BODY", value: "SIZE", fallback: "32MiB", commands: onlyServe,
		help: "largest request body", set: size(func(c *Config) *int64 { return &c.MaxBody })},
	{flag: "body-memory", env: "CLAVIGER_BODY_MEMORY", value: "SIZE", fallback: "256MiB", commands: onlyServe,
		help: "memory for all request bodies of the gateway together", set: size(func(c *Config) *int64 { return &c.BodyMemory })},
	{flag: "body-timeout", env: "CLAVIGER_BODY_TIMEOUT", value: "DURATION", fallback: "1m", commands: onlyServe,
		help: "time for a caller to send its body", set: duration(func(c *Config) *time.Duration { return &c.BodyTimeout })},
	{flag: "header-timeout", env: "CLAVIGER_HEADER_TIMEOUT", value: "DURATION", fallback: "10m", commands: onlyServe,
		help: "time for a provider to begin its answer", set: duration(func(c *Config) *time.Duration { return &c.HeaderTimeout })},
	{flag: "stream-timeout", env: "CLAVIGER_STREAM_TIMEOUT", value: "DURATION", fallback: "5m", commands: onlyServe,
		help: "longest silence within an answer, of the provider or of a caller that does not read",
		set:  duration(func(c *Config) *time.Duration { return &c.StreamTimeout })},
	{flag: "idle-timeout", env: "CLAVIGER_IDLE_TIMEOUT", value: "DURATION", fallback: "2m", commands: onlyServe,
		help: "life of a connection between requests", set: duration(func(c *Config) *time.Duration { return &c.IdleTimeout })},
	{flag: "lame-duck", env: "CLAVIGER_LAME_DUCK", value: "DURATION", fallback: "1s", commands: onlyServe,
		help: "time to go on taking requests when told to stop, while /readyz already answers 503; 0 for none",
		set:  durationOrNone(func(c *Config) *time.Duration { return &c.LameDuck })},
	{flag: "drain-timeout", env: "CLAVIGER_DRAIN_TIMEOUT", value: "DURATION", fallback: "30s", commands: onlyServe,
		help: "time for requests under way when told to stop; then they are cut",
		set:  duration(func(c *Config) *time.Duration { return &c.DrainTimeout })},
	{flag: "max-requests", env: "CLAVIGER_MAX_REQUESTS", value: "NUMBER", fallback: "0", commands: onlyServe,
		help: "most requests of the gateway at once; 0 for no bound", set: setMaxRequests},
	{flag: "allow-private-hosts", env: "CLAVIGER_ALLOW_PRIVATE_HOSTS", commands: onlyServe,
		help: "let integrations that a workspace stores reach private addresses", set: yes(func(c *Config) *bool { return &c.AllowPrivateHosts })},
	{flag: "catalogue-file", env: "CLAVIGER_CATALOGUE_FILE", value: "FILE", commands: onlyServe,
		help: "models and their prices to know instead of those that are built in", set: text(func(c *Config) *string { return &c.CatalogueFile })},
	{flag: "log-level", env: "CLAVIGER_LOG_LEVEL", value: "LEVEL", fallback: "info",
		help: "debug, info, warn or error", set: setLevel},
	{flag: "log-format", env: "CLAVIGER_LOG_FORMAT", value: "FORMAT", fallback: "text",
		help: "text or json", set: setFormat},
	{flag: "organisation", value: "ID|NAME", commands: []string{AdminKey},
		help: "whose key to make; needed when there is more than one organisation",
		set:  text(func(c *Config) *string { return &c.Organisation })},
	{flag: "name", value: "NAME", commands: []string{OrganisationCreate},
		help: "name of the new organisation, which no other has", set: text(func(c *Config) *string { return &c.Name })},
	{flag: "email", value: "ADDRESS", commands: []string{OrganisationCreate},
		help: "e-mail address of its owner", set: email(func(c *Config) *string { return &c.Email })},
	{flag: "repair", commands: []string{LedgerCheck},
		help: "make the counters what the entries say; only while no server runs", set: yes(func(c *Config) *bool { return &c.Repair })},
	{flag: "output", value: "FILE", commands: showing,
		help: "new file, for its owner only, for the key; otherwise it is printed",
		set:  text(func(c *Config) *string { return &c.Output })},
}
