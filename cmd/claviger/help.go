package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/claviger/claviger/internal/config"
)

func usage() string {
	var b strings.Builder
	b.WriteString("Claviger keeps the credentials of AI providers and calls the providers with them.\n\nUsage: claviger COMMAND [FLAGS]\n\n")
	for _, c := range commands {
		fmt.Fprintf(&b, "  %-21s %s\n", c.name, c.summary)
	}
	fmt.Fprintf(&b, "  %-21s %s\n", "price", priceSummary)
	b.WriteString("  version               print the version\n  help                  print this, or the flags of a command: claviger help serve\n")
	return b.String()
}

// help prints the help of the command that args names, or of the program.
func help(args []string, stdout, stderr io.Writer) int {
	if len(args) == 0 {
		fmt.Fprint(stdout, usage())
		return exitOK
	}
	name, _ := called(args)
	if name == "price" {
		fmt.Fprint(stdout, priceHelp())
		return exitOK
	}
	at := slices.IndexFunc(commands, func(c command) bool { return c.name == name })
	if at < 0 {
		fmt.Fprintf(stderr, "claviger: no help for %q\n\n%s", name, usage())
		return exitUsage
	}
	c := commands[at]
	fmt.Fprintf(stdout, "claviger %s: %s\n\nFlags, and the environment variables that stand for them:\n\n%s", c.name, c.summary, config.Help(c.name))
	return exitOK
}
