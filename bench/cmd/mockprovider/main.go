// Command mockprovider is the provider that the benchmarks put behind every
// proxy. It listens on a free loopback port, in plain or, with -cert, in TLS,
// and prints the address as its first line.
package main

import (
	"crypto/tls"
	"flag"
	"fmt"
	"net"
	"os"

	"github.com/claviger/claviger/bench/internal/mock"
)

func main() {
	cert := flag.String("cert", "", "serve TLS and write the certificate to this file")
	flag.Parse()
	if err := run(*cert); err != nil {
		fmt.Fprintln(os.Stderr, "mockprovider:", err)
		os.Exit(1)
	}
}

func run(certFile string) error {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	if certFile != "" {
		config, err := mock.TLSConfig(certFile)
		if err != nil {
			return err
		}
		l = tls.NewListener(l, config)
	}
	fmt.Println(l.Addr())
	return mock.Serve(l)
}
