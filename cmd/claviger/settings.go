package main

import (
	"io"
	"log/slog"
	"os"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/catalogue"
	"github.com/claviger/claviger/internal/config"
	"github.com/claviger/claviger/internal/secret"
	"github.com/claviger/claviger/internal/vault/kek/file"
)

// settings are what a command was told, with the master key read.
type settings struct {
	config.Config
	masterKey secret.String // 32 bytes; zero: none was given
	// publicKeyFile says that everybody on the machine can read the file of it.
	publicKeyFile bool
	catalogue     *catalogue.Catalogue
}

// loadSettings reads and checks everything, and finds every fault.
func loadSettings(command string, args, environ []string) (settings, *config.Faults) {
	c, faults := config.Parse(command, args, environ)
	s := settings{Config: c}
	var err error
	switch {
	case !c.MasterKey.IsZero():
		if s.masterKey, err = file.Parse(c.MasterKey.Reveal()); err != nil {
			faults.Add("CLAVIGER_MASTER_KEY", err.Error())
		}
	case c.MasterKeyFile != "":
		if s.masterKey, s.publicKeyFile, err = file.LoadGiven(c.MasterKeyFile); err != nil {
			faults.Add("--master-key-file (CLAVIGER_MASTER_KEY_FILE)", err.Error())
		}
	}
	s.catalogue = catalogue.Default()
	if c.CatalogueFile != "" {
		if s.catalogue, err = loadCatalogue(c.CatalogueFile); err != nil {
			faults.Add("--catalogue-file (CLAVIGER_CATALOGUE_FILE)", err.Error())
		}
	}
	for _, k := range []struct {
		name string
		key  secret.String
	}{
		{"CLAVIGER_BOOTSTRAP_KEY", c.BootstrapKey},
		{"CLAVIGER_BOOTSTRAP_WORKSPACE_KEY", c.BootstrapWorkspaceKey},
	} {
		if claviger.Mistyped(k.key.Reveal()) {
			faults.Add(k.name, "begins like a key that Claviger made, but a character of it is wrong")
		}
	}
	return s, faults
}

// loadCatalogue reads the models and prices of a file.
func loadCatalogue(path string) (*catalogue.Catalogue, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close() // nothing was written
	return catalogue.Load(f)
}

// logger writes to w as the settings say.
func (s settings) logger(w io.Writer) *slog.Logger {
	o := &slog.HandlerOptions{Level: s.LogLevel}
	if s.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(w, o))
	}
	return slog.New(slog.NewTextHandler(w, o))
}
