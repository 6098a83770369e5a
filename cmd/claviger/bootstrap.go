package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"golang.org/x/term"

	claviger "github.com/claviger/claviger"
	"github.com/claviger/claviger/internal/admin"
	"github.com/claviger/claviger/internal/secret"
	"github.com/claviger/claviger/internal/store"
)

// keysFile, in the data directory, takes the first keys when nobody watches.
const keysFile = "bootstrap-keys.txt"

// bootstrap makes, on the first start, the organisation, its default workspace
// and both keys, and shows once those that were not given: on a terminal, else
// in a file for the owner only, never in a log.
func bootstrap(ctx context.Context, s settings, st *store.Store, service *admin.Service, url string, stdout io.Writer, log *slog.Logger) error {
	fresh, err := empty(ctx, st)
	if err != nil {
		return err
	}
	if !fresh {
		return warnOfIdleKeys(ctx, s, st, log)
	}
	in := admin.BootstrapInput{AdminKey: s.BootstrapKey, WorkspaceKey: s.BootstrapWorkspaceKey, Email: s.BootstrapEmail}
	given := !in.AdminKey.IsZero() && !in.WorkspaceKey.IsZero()
	var file *secretFile
	if !given && !isTerminal(stdout) {
		if file, err = newKeysFile(s.DataDir); err != nil {
			return err
		}
	}
	made, err := service.Bootstrap(ctx, in)
	if err != nil || made.Existing { // another node may have been first
		if file != nil {
			file.discard()
		}
		if err != nil {
			return fmt.Errorf("make the organisation: %w", detail(err))
		}
		return nil
	}
	log.Info("made the organisation and its default workspace", "organisation_id", made.Organisation.ID, "workspace", made.Workspace.Slug)
	w := welcome{url: url, workspace: made.Workspace.Slug}
	if in.AdminKey.IsZero() {
		w.admin = made.AdminKey
	}
	if in.WorkspaceKey.IsZero() {
		w.caller = made.WorkspaceKey
	}
	switch {
	case given:
	case file == nil:
		io.WriteString(stdout, w.text())
	default:
		if err := file.write(w.text()); err != nil {
			return fmt.Errorf("the first keys were made but could not be written; `claviger admin-key` makes another: %w", err)
		}
		log.Warn("made the first keys: read them and delete the file", "file", filepath.Join(s.DataDir, keysFile))
	}
	return nil
}

// warnOfIdleKeys says so when a key was given for the first start and this is
// another one: whoever changes it expects it to work.
func warnOfIdleKeys(ctx context.Context, s settings, st *store.Store, log *slog.Logger) error {
	for name, key := range map[string]secret.String{
		"CLAVIGER_BOOTSTRAP_KEY":           s.BootstrapKey,
		"CLAVIGER_BOOTSTRAP_WORKSPACE_KEY": s.BootstrapWorkspaceKey,
	} {
		if key.IsZero() {
			continue
		}
		_, _, err := st.APIKeyByHash(ctx, claviger.HashKey(key.Reveal()))
		switch {
		case claviger.CodeOf(err) == claviger.NotFound:
			log.Warn("a bootstrap key has no effect: the store was started before, and it is no key of it; `claviger admin-key` makes a new admin key", "setting", name)
		case err != nil:
			return fmt.Errorf("read the store: %w", detail(err))
		}
	}
	return nil
}

// newKeysFile takes the place of a file that an earlier, failed start left.
func newKeysFile(dataDir string) (*secretFile, error) {
	if err := os.MkdirAll(dataDir, 0o700); err != nil {
		return nil, fmt.Errorf("make the data directory: %w", err)
	}
	path := filepath.Join(dataDir, keysFile)
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("replace the file for the first keys: %w", err)
	}
	return newSecretFile(path)
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
