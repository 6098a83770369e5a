// Command claviger is the vault and gateway for AI-provider credentials: the
// server, and what an operator needs around it. This package wires the parts
// together and holds nothing else.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"github.com/claviger/claviger/internal/config"
)

// The exit statuses.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2 // wrong command or settings; nothing was started
)

func main() {
	signalled, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	ctx, end := context.WithCancel(context.Background())
	// The first signal asks for an orderly end. From then on signals do what
	// they do by default, so that a second one ends the process at once; that
	// comes first, so that whoever sees the end begin can hasten it.
	context.AfterFunc(signalled, func() {
		stop()
		end()
	})
	os.Exit(run(ctx, os.Args[1:], os.Environ(), os.Stdout, os.Stderr))
}

// command is one or two words after the program's name.
type command struct {
	name, summary string
	run           func(context.Context, settings, io.Writer, io.Writer) error
}

// commands are all that take settings.
var commands = []command{
	{config.Serve, "run the server: admin API and gateway on one port", serve},
	{config.Migrate, "bring the store to the form this program knows", migrate},
	{config.AdminKey, "make a new organisation admin key for one who lost it", adminKey},
	{config.OrganisationCreate, "make another organisation and its admin key", createOrganisation},
	{config.OrganisationList, "list the organisations", listOrganisations},
	{config.LedgerCheck, "compare what limits count on with the entries of the ledger, and totals with lists", checkLedger},
}

// called splits the arguments into the command, which may have two words, and
// its flags.
func called(args []string) (name string, flags []string) {
	if len(args) > 1 {
		two := args[0] + " " + args[1]
		if slices.ContainsFunc(commands, func(c command) bool { return c.name == two }) {
			return two, args[2:]
		}
	}
	return args[0], args[1:]
}

// run is the whole program. It returns the exit status.
func run(ctx context.Context, args, environ []string, stdout, stderr io.Writer) int {
	if len(args) == 0 {
		fmt.Fprint(stderr, usage())
		return exitUsage
	}
	name, rest := called(args)
	switch name {
	case "version", "--version", "-v":
		fmt.Fprintln(stdout, version())
		return exitOK
	case "help", "--help", "-h":
		return help(rest, stdout, stderr)
	case "price":
		return price(ctx, rest, environ, os.Stdin, stdout, stderr)
	}
	at := slices.IndexFunc(commands, func(c command) bool { return c.name == name })
	if at < 0 {
		fmt.Fprintf(stderr, "claviger: unknown command %q\n\n%s", name, usage())
		return exitUsage
	}
	if slices.Contains(rest, "--help") || slices.Contains(rest, "-h") {
		return help(strings.Fields(name), stdout, stderr)
	}
	s, faults := loadSettings(name, rest, environ)
	if list := faults.List(); len(list) > 0 {
		fmt.Fprintf(stderr, "claviger %s: the settings have %d fault(s):\n", name, len(list))
		for _, f := range list {
			fmt.Fprintf(stderr, "  %s: %s\n", f.Name, f.Message)
		}
		return exitUsage
	}
	if err := commands[at].run(ctx, s, stdout, stderr); err != nil {
		if errors.Is(err, context.Canceled) && ctx.Err() != nil {
			err = errors.New("interrupted")
		}
		fmt.Fprintf(stderr, "claviger %s: %v\n", name, err)
		return exitFailed
	}
	return exitOK
}
