package config

import (
	"slices"
	"strings"
)

// Parse reads the settings of a command from its arguments and from the
// environment, given as os.Environ gives it. What the faults leave usable of
// the settings is returned too, so that the caller can look for more faults.
func Parse(command string, args, environ []string) (Config, *Faults) {
	p := parser{command: command, flags: map[string]string{}, env: map[string]string{}}
	p.arguments(args)
	p.environment(environ)
	for _, s := range settings {
		if s.of(command) {
			p.take(s)
		}
	}
	p.relations()
	return p.config, &p.faults
}

type parser struct {
	command    string
	flags, env map[string]string
	config     Config
	faults     Faults
}

// arguments reads "--name value", "--name=value" and switches. It repeats no
// value: one that follows a misspelt name may be a secret.
func (p *parser) arguments(args []string) {
	for i := 0; i < len(args); i++ {
		name, value, joined := strings.Cut(args[i], "=")
		if !strings.HasPrefix(name, "-") || name == "-" || name == "--" {
			p.faults.Add("argument", "the command takes flags only")
			continue
		}
		flag := strings.TrimLeft(name, "-")
		at := slices.IndexFunc(settings, func(s setting) bool { return s.flag == flag && s.of(p.command) })
		separate := !joined && i+1 < len(args) && !strings.HasPrefix(args[i+1], "-")
		switch {
		case at < 0:
			p.faults.Add(name, "unknown flag"+meant(flag, p.flagNames(), "--"))
			if separate {
				i++
			}
			continue
		case joined:
		case settings[at].value == "":
			value = "true"
		case separate:
			i++
			value = args[i]
		default:
			p.faults.Add(settings[at].name(), "needs a value")
			continue
		}
		if _, twice := p.flags[flag]; twice {
			p.faults.Add(settings[at].name(), "is given twice")
		}
		p.flags[flag] = value
	}
}

func (p *parser) flagNames() []string {
	var names []string
	for _, s := range settings {
		if s.flag != "" && s.of(p.command) {
			names = append(names, s.flag)
		}
	}
	return names
}

const prefix = "CLAVIGER_"

// environment reads the variables and refuses those that are none of ours: a
// mistyped name would otherwise mean a default that nobody chose.
func (p *parser) environment(environ []string) {
	var names []string
	for _, s := range settings {
		if s.env != "" {
			names = append(names, s.env)
		}
	}
	for _, pair := range environ {
		name, value, _ := strings.Cut(pair, "=")
		switch {
		case !strings.HasPrefix(name, prefix) || value == "":
		case slices.Contains(names, name):
			p.env[name] = value
		case !others(strings.TrimPrefix(name, prefix)):
			p.faults.Add(name, "unknown variable"+meant(name, names, ""))
		}
	}
}

// others reports whether a name after the prefix belongs to someone else:
// Kubernetes sets PORT and SERVICE ones in every container beside a service
// called claviger, and client programs and tests need names for what they call.
func others(name string) bool {
	switch name {
	case "URL", "BASE_URL", "API_KEY", "ADMIN_KEY", "WORKSPACE_KEY", "PORT",
		"BIN", "E2E", "KILL_ROUNDS", "POSTGRES_BIN", "REQUIRE_POSTGRES":
		return true
	}
	return strings.HasPrefix(name, "SERVICE_") || strings.HasPrefix(name, "PORT_") || strings.HasPrefix(name, "TEST_")
}

func (p *parser) take(s setting) {
	value, given := p.flags[s.flag]
	given = given && s.flag != ""
	if !given {
		value, given = p.env[s.env]
	}
	if !given {
		if value = s.fallback; value == "" {
			return
		}
	}
	if err := s.set(&p.config, value); err != nil {
		p.faults.Add(s.name(), err.Error())
	}
}

// relations are the faults that no setting has alone.
func (p *parser) relations() {
	c := &p.config
	if c.MaxBody > 0 && c.BodyMemory > 0 && c.BodyMemory < c.MaxBody {
		p.faults.Add("--body-memory (CLAVIGER_BODY_MEMORY)", "must be at least --max-body (CLAVIGER_MAX_BODY)")
	}
	if !c.MasterKey.IsZero() && c.MasterKeyFile != "" {
		p.faults.Add("CLAVIGER_MASTER_KEY", "must not be given together with --master-key-file (CLAVIGER_MASTER_KEY_FILE)")
	}
	if slices.Contains(keyed, p.command) && c.Postgres() && c.MasterKey.IsZero() && c.MasterKeyFile == "" {
		p.faults.Add("CLAVIGER_MASTER_KEY", "or --master-key-file (CLAVIGER_MASTER_KEY_FILE) must be given with postgres://: "+
			"a key on one machine's disk would be missing on the others")
	}
	if _, given := p.flags["name"]; p.command == OrganisationCreate && !given {
		p.faults.Add("--name", "must be given")
	}
	if !c.BootstrapKey.IsZero() && c.BootstrapKey.Reveal() == c.BootstrapWorkspaceKey.Reveal() {
		p.faults.Add("CLAVIGER_BOOTSTRAP_WORKSPACE_KEY", "must differ from CLAVIGER_BOOTSTRAP_KEY")
	}
}
