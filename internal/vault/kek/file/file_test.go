package file_test

import (
	"encoding/base64"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/claviger/claviger/internal/vault/kek/file"
)

// raw spells with both characters that differ between the base64 alphabets.
const raw = "\xfb\xff\xbf0123456789abcdefghijklmnopqrs"

func TestParse(t *testing.T) {
	std, url := base64.StdEncoding.EncodeToString([]byte(raw)), base64.URLEncoding.EncodeToString([]byte(raw))
	if std == url {
		t.Fatal("the sample does not tell the alphabets apart")
	}
	tests := map[string]struct {
		text string
		ok   bool
	}{
		"standard alphabet":                 {std, true},
		"standard alphabet without padding": {strings.TrimRight(std, "="), true},
		"URL alphabet":                      {url, true},
		"URL alphabet without padding":      {strings.TrimRight(url, "="), true},
		"a newline at the end":              {std + "\n", true},
		"nothing":                           {"", false},
		"a key cut short":                   {std[:40], false},
		"31 bytes":                          {base64.StdEncoding.EncodeToString([]byte(raw)[:31]), false},
		"33 bytes":                          {base64.StdEncoding.EncodeToString([]byte(raw + "x")), false},
		"a newline inside":                  {std[:20] + "\n" + std[20:], false},
		"a quoted key":                      {`"` + std + `"`, false},
		"32 characters that are no base64":  {strings.Repeat("!", 32), false},
		"a last character with spare bits":  {strings.TrimRight(std, "=")[:42] + "9", false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			key, err := file.Parse(tt.text)
			if (err == nil) != tt.ok || tt.ok && key.Reveal() != raw || !tt.ok && !key.IsZero() {
				t.Errorf("ok = %v, want %v (%v)", err == nil, tt.ok, err)
			}
			if err != nil && len(tt.text) > 8 && strings.Contains(err.Error(), tt.text[:8]) {
				t.Errorf("the error shows the key: %v", err)
			}
		})
	}
}

func write(t *testing.T, text string, mode os.FileMode) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "key")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestLoad(t *testing.T) {
	good := base64.StdEncoding.EncodeToString([]byte(raw)) + "\n"
	tests := map[string]struct {
		path string
		want string // in the error; "" for none
	}{
		"a file of the owner":        {write(t, good, 0o600), ""},
		"a read-only file":           {write(t, good, 0o400), ""},
		"a file the group may read":  {write(t, good, 0o640), "chmod 600"},
		"a file all may read":        {write(t, good, 0o604), "chmod 600"},
		"a file the group may write": {write(t, good, 0o620), "chmod 600"},
		"an empty file":              {write(t, "", 0o600), "base64"},
		"a file far too long":        {write(t, strings.Repeat(good, 100), 0o600), "base64"},
		"a directory":                {t.TempDir(), "regular file"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			key, err := file.Load(tt.path)
			switch {
			case tt.want == "" && (err != nil || key.Reveal() != raw):
				t.Errorf("Load: %v", err)
			case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
				t.Errorf("Load: %v; want %q in it", err, tt.want)
			case err != nil && strings.Contains(err.Error(), good[:8]):
				t.Errorf("the error shows the key: %v", err)
			}
		})
	}
	if _, err := file.Load(filepath.Join(t.TempDir(), "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing file: %v", err)
	}
}

// Containers hand secrets over with these modes, on mounts nobody can change.
func TestLoadGiven(t *testing.T) {
	good := base64.StdEncoding.EncodeToString([]byte(raw)) + "\n"
	tests := map[string]struct {
		mode         os.FileMode
		loads, warns bool
	}{
		"for its owner":                  {0o600, true, false},
		"for its owner, read-only":       {0o400, true, false},
		"for its owner and group":        {0o440, true, false},
		"a group that reads what I keep": {0o640, true, false},
		"everybody reads":                {0o444, true, true},
		"everybody reads what I keep":    {0o644, true, true},
		"everybody but the group reads":  {0o604, true, true},
		"the group writes":               {0o660, false, false},
		"everybody writes":               {0o602, false, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			key, public, err := file.LoadGiven(write(t, good, tt.mode))
			if (err == nil) != tt.loads || public != tt.warns || tt.loads && key.Reveal() != raw {
				t.Errorf("loads %v, public %v (%v)", err == nil, public, err)
			}
			if !tt.loads && !strings.Contains(err.Error(), "chmod 600") {
				t.Errorf("no way out: %v", err)
			}
		})
	}
	if _, _, err := file.LoadGiven(filepath.Join(t.TempDir(), "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing file: %v", err)
	}
}

func TestLoadOrCreate(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, file.Name)
	key, created, err := file.LoadOrCreate(path)
	if err != nil || !created || len(key.Reveal()) != file.Size {
		t.Fatalf("first start: created %v, %v", created, err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	again, created, err := file.LoadOrCreate(path)
	if err != nil || created || again.Reveal() != key.Reveal() {
		t.Errorf("second start: created %v, %v", created, err)
	}
	other, _, err := file.LoadOrCreate(filepath.Join(t.TempDir(), file.Name))
	if err != nil || other.Reveal() == key.Reveal() {
		t.Error("two installations made one key")
	}
	if left, _ := os.ReadDir(dir); len(left) != 1 {
		t.Errorf("%d files in the directory", len(left))
	}
}

func TestLoadOrCreateNeverReplaces(t *testing.T) {
	path := write(t, "not a key", 0o600)
	if _, created, err := file.LoadOrCreate(path); err == nil || created {
		t.Errorf("created %v, %v", created, err)
	}
	if b, _ := os.ReadFile(path); string(b) != "not a key" {
		t.Error("the file was replaced")
	}
}
