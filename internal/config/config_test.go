package config

import (
	"fmt"
	"log/slog"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/claviger/claviger/internal/secret"
)

const (
	key32 = "0123456789abcdef0123456789abcdef"
	pg    = "postgres://u:hunter2@db/claviger"
)

func TestSettings(t *testing.T) {
	defaults := Config{
		Listen: "127.0.0.1:8787", DataDir: "./data", LogFormat: "text", MaxBody: 32 << 20, BodyMemory: 256 << 20,
		BodyTimeout: time.Minute, HeaderTimeout: 10 * time.Minute, StreamTimeout: 5 * time.Minute,
		IdleTimeout: 2 * time.Minute, LameDuck: time.Second, DrainTimeout: 30 * time.Second,
	}
	with := func(change func(*Config)) Config { c := defaults; change(&c); return c }
	tests := map[string]struct {
		args, env []string
		want      Config
	}{
		"nothing is given":                  {nil, nil, defaults},
		"a flag":                            {[]string{"--listen", ":80"}, nil, with(func(c *Config) { c.Listen = ":80" })},
		"a joined flag":                     {[]string{"--listen=[::1]:80"}, nil, with(func(c *Config) { c.Listen = "[::1]:80" })},
		"a variable":                        {nil, []string{"CLAVIGER_LISTEN=:80"}, with(func(c *Config) { c.Listen = ":80" })},
		"a flag wins":                       {[]string{"--listen", ":80"}, []string{"CLAVIGER_LISTEN=nonsense"}, with(func(c *Config) { c.Listen = ":80" })},
		"an empty variable counts as unset": {nil, []string{"CLAVIGER_LISTEN=", "CLAVIGER_MASTER_KEY="}, defaults},
		"variables of others":               {nil, []string{"PATH=/bin", "CLAVIGER_PORT=tcp://10.0.0.1:80", "CLAVIGER_SERVICE_HOST=10.0.0.1", "CLAVIGER_API_KEY=x"}, defaults},
		"a switch":                          {[]string{"--allow-private-hosts", "--max-requests", "5"}, nil, with(func(c *Config) { c.AllowPrivateHosts, c.MaxRequests = true, 5 })},
		"behind TLS":                        {nil, []string{"CLAVIGER_BEHIND_TLS=true"}, with(func(c *Config) { c.BehindTLS = true })},
		"a switch turned off":               {[]string{"--allow-private-hosts=false"}, []string{"CLAVIGER_ALLOW_PRIVATE_HOSTS=true"}, defaults},
		"PostgreSQL and a key file": {[]string{"--database-url", pg, "--master-key-file", "k"}, nil,
			with(func(c *Config) { c.DatabaseURL, c.MasterKeyFile = secret.New(pg), "k" })},
		"everything to begin with": {nil, []string{"CLAVIGER_BOOTSTRAP_KEY=" + key32, "CLAVIGER_BOOTSTRAP_WORKSPACE_KEY=" + key32 + "w", "CLAVIGER_BOOTSTRAP_EMAIL=a@example.org", "CLAVIGER_MASTER_KEY=m"},
			with(func(c *Config) {
				c.BootstrapKey, c.BootstrapWorkspaceKey = secret.New(key32), secret.New(key32+"w")
				c.BootstrapEmail, c.MasterKey = "a@example.org", secret.New("m")
			})},
		"sizes, times and logs": {[]string{"--max-body=2MB", "--body-memory=1GiB", "--lame-duck=0s", "--drain-timeout=90s", "--log-level=WARN", "--log-format=json"}, nil,
			with(func(c *Config) {
				c.MaxBody, c.BodyMemory, c.LameDuck, c.DrainTimeout = 2e6, 1<<30, 0, 90*time.Second
				c.LogLevel, c.LogFormat = slog.LevelWarn, "json"
			})},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, faults := Parse(Serve, tt.args, tt.env)
			if len(faults.List()) > 0 {
				t.Fatalf("faults %v", faults.List())
			}
			if !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got %+v\nwant %+v", got, tt.want)
			}
		})
	}
}

func TestFaults(t *testing.T) {
	tests := map[string]struct {
		command   string
		args, env []string
		want      []string // "name: part of the message"
	}{
		"every fault at once": {Serve, []string{"--listen", "here", "--lissten", "x", "stray", "--max-body=huge"},
			[]string{"CLAVIGER_BOOTSTRAP_KEY=short", "CLAVIGER_BOOTSTRAP_EMAIL=Me <me@example.org>", "CLAVIGER_LOG_LEVEL=loud", "CLAVIGER_DATABSE_URL=x"},
			[]string{"--lissten: did you mean --listen?", "argument: flags only", "CLAVIGER_DATABSE_URL: did you mean CLAVIGER_DATABASE_URL?",
				"--listen (CLAVIGER_LISTEN): HOST:PORT", "CLAVIGER_BOOTSTRAP_KEY: 32 characters", "CLAVIGER_BOOTSTRAP_EMAIL: e-mail",
				"--max-body (CLAVIGER_MAX_BODY): size", "--log-level (CLAVIGER_LOG_LEVEL): none of"}},
		"PostgreSQL without a master key":       {Serve, []string{"--database-url", pg}, nil, []string{"CLAVIGER_MASTER_KEY: postgres://"}},
		"another database":                      {Migrate, []string{"--database-url", "mysql://u:hunter2@h/d"}, nil, []string{"--database-url (CLAVIGER_DATABASE_URL): postgres://"}},
		"a database URL that is none":           {Migrate, []string{"--database-url", "postgres://u:hunter2@h:port/d"}, nil, []string{"--database-url (CLAVIGER_DATABASE_URL): postgres://"}},
		"two master keys":                       {Serve, []string{"--master-key-file", "f"}, []string{"CLAVIGER_MASTER_KEY=hunter2"}, []string{"CLAVIGER_MASTER_KEY: together"}},
		"one key twice":                         {Serve, nil, []string{"CLAVIGER_BOOTSTRAP_KEY=" + key32, "CLAVIGER_BOOTSTRAP_WORKSPACE_KEY=" + key32}, []string{"CLAVIGER_BOOTSTRAP_WORKSPACE_KEY: differ"}},
		"a key that no header carries":          {Serve, nil, []string{"CLAVIGER_BOOTSTRAP_KEY=" + key32 + " x"}, []string{"CLAVIGER_BOOTSTRAP_KEY: ASCII"}},
		"a flag without its value":              {Serve, []string{"--listen"}, nil, []string{"--listen (CLAVIGER_LISTEN): needs a value"}},
		"a flag given twice":                    {Serve, []string{"--listen=:1", "--listen=:2"}, nil, []string{"--listen (CLAVIGER_LISTEN): twice"}},
		"an empty directory":                    {Serve, []string{"--data-dir", ""}, nil, []string{"--data-dir (CLAVIGER_DATA_DIR): empty"}},
		"a port that is none":                   {Serve, []string{"--listen=:65536"}, nil, []string{"--listen (CLAVIGER_LISTEN): HOST:PORT"}},
		"a flag of another command":             {Migrate, []string{"--listen=:80"}, nil, []string{"--listen: unknown flag"}},
		"less memory than one body":             {Serve, []string{"--body-memory=1MiB"}, nil, []string{"--body-memory (CLAVIGER_BODY_MEMORY): at least"}},
		"a time of nothing":                     {Serve, []string{"--drain-timeout=0s"}, nil, []string{"--drain-timeout (CLAVIGER_DRAIN_TIMEOUT): duration"}},
		"a time below nothing":                  {Serve, []string{"--lame-duck=-1s"}, nil, []string{"--lame-duck (CLAVIGER_LAME_DUCK): zero or more"}},
		"a bound below nothing":                 {Serve, []string{"--max-requests=-1"}, nil, []string{"--max-requests (CLAVIGER_MAX_REQUESTS): zero or more"}},
		"a size beyond counting":                {Serve, []string{"--body-memory=9223372036854775807KiB"}, nil, []string{"--body-memory (CLAVIGER_BODY_MEMORY): size"}},
		"a secret behind a misspelt flag":       {Serve, []string{"--bootstrap-key", "hunter2", "--master-key=hunter2"}, nil, []string{"--bootstrap-key: unknown flag", "--master-key: unknown flag"}},
		"a variable's fault of another command": {Migrate, nil, []string{"CLAVIGER_LISTEN=here"}, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, faults := Parse(tt.command, tt.args, tt.env)
			if len(faults.List()) != len(tt.want) {
				t.Fatalf("faults %v, want %v", faults.List(), tt.want)
			}
			for i, f := range faults.List() {
				at, part, _ := strings.Cut(tt.want[i], ": ")
				if f.Name != at || !strings.Contains(f.Message, part) {
					t.Errorf("fault %d is %q: %q, want %s", i, f.Name, f.Message, tt.want[i])
				}
				if strings.Contains(f.Name+f.Message, "hunter2") {
					t.Errorf("fault %d shows a secret: %v", i, f)
				}
			}
		})
	}
}

func TestConfigDoesNotPrintSecrets(t *testing.T) {
	env := []string{"CLAVIGER_DATABASE_URL=" + pg, "CLAVIGER_MASTER_KEY=hunter2", "CLAVIGER_BOOTSTRAP_KEY=hunter2" + key32}
	c, _ := Parse(Serve, nil, env)
	if out := fmt.Sprintf("%v %+v %#v", c, c, c); strings.Contains(out, "hunter2") {
		t.Error(out)
	}
}

func TestHelpNamesEverySettingOfACommand(t *testing.T) {
	for _, command := range []string{Serve, Migrate, AdminKey} {
		help := Help(command)
		for _, s := range settings {
			if has := strings.Contains(help, "--"+s.flag+" ") || s.flag == "" && strings.Contains(help, s.env) || s.value == "" && strings.Contains(help, "--"+s.flag+"\n"); has != s.of(command) {
				t.Errorf("%s: %s in the help: %v", command, s.name(), has)
			}
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("--listen", ":80", "CLAVIGER_MAX_BODY=1KiB")
	f.Add("-", "=", "=")
	f.Fuzz(func(t *testing.T, a, b, env string) {
		Parse(Serve, []string{a, b}, []string{env})
	})
}

func TestTheReadmeListsEverySetting(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range settings {
		if s.env == "" {
			continue
		}
		row := rowOf(string(text), "`"+s.env+"`")
		if row == "" {
			t.Errorf("%s is missing", s.env)
			continue
		}
		if s.flag != "" && !strings.Contains(row, "`--"+s.flag) {
			t.Errorf("%s: --%s is missing in %s", s.env, s.flag, row)
		}
		if s.fallback != "" && !strings.Contains(row, s.fallback) {
			t.Errorf("%s: the default %s is missing in %s", s.env, s.fallback, row)
		}
	}
}

// rowOf is the line of a table that holds a text.
func rowOf(text, holds string) string {
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "|") && strings.Contains(line, holds) {
			return strings.TrimSpace(line)
		}
	}
	return ""
}
