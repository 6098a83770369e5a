package pgtest

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// cluster runs a cluster in $1 with the programs in $2, says "ready", and stops
// and removes it when its input ends: when the test process ends, however it
// does. It answers on a socket in its own directory only.
const cluster = `
dir=$1 bin=$2
stop() {
	"$bin/pg_ctl" -D "$dir/data" -m immediate stop >/dev/null 2>&1
	cd / && rm -rf "$dir"
}
trap stop EXIT
trap '' INT HUP TERM
cd "$dir" || exit 1
"$bin/initdb" -D data -U postgres -A trust -E UTF8 --locale=C --no-sync --no-instructions >log 2>&1 &&
"$bin/pg_ctl" -D data -w -t 60 -l log -o "-k '$dir' -c listen_addresses='' -c fsync=off \
	-c synchronous_commit=off -c full_page_writes=off -c max_connections=200" start >>log 2>&1 ||
	{ tail -n 20 log; exit 1; }
echo ready
cat >/dev/null
`

// lifeline is the write end of the script's input. It is never closed, and held
// here so that the garbage collector does not close it: the end of the process
// does.
var lifeline io.WriteCloser //nolint:unused // held, not read

// start makes a cluster and returns the URL of its server. The script owns it
// from the first moment, so nothing outlives a process that is killed.
func start() (string, error) {
	dir, err := os.MkdirTemp("", "claviger-pg-")
	if err != nil {
		return "", err
	}
	cmd := exec.Command("/bin/sh", "-c", cluster, "cluster", dir, binaries())
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // out of reach of a Ctrl-C
	if err := asPostgres(cmd, dir); err != nil {
		return "", errors.Join(err, os.RemoveAll(dir))
	}
	if lifeline, err = cmd.StdinPipe(); err != nil {
		return "", errors.Join(err, os.RemoveAll(dir))
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return "", errors.Join(err, os.RemoveAll(dir))
	}
	if err := cmd.Start(); err != nil {
		return "", errors.Join(err, os.RemoveAll(dir))
	}
	said := bufio.NewReader(out)
	line, err := said.ReadString('\n')
	if err != nil || line != "ready\n" {
		rest, _ := io.ReadAll(said)
		return "", fmt.Errorf("no cluster: %s%s", line, rest)
	}
	u := url.URL{Scheme: "postgres", User: url.User("postgres"), Path: "/postgres",
		RawQuery: url.Values{"host": {dir}}.Encode()}
	return u.String(), nil
}

// asPostgres runs the command as the user postgres if we are root, as whom
// PostgreSQL refuses to run.
func asPostgres(cmd *exec.Cmd, dir string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return err
	}
	uid, err := strconv.Atoi(u.Uid)
	if err != nil {
		return err
	}
	gid, err := strconv.Atoi(u.Gid)
	if err != nil {
		return err
	}
	cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return os.Chown(dir, uid, gid)
}

// binaries is the folder of the newest PostgreSQL's programs, or "".
func binaries() string {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(found) > 0 {
		return filepath.Dir(slices.MaxFunc(found, func(a, b string) int { return version(a) - version(b) }))
	}
	if path, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(path)
	}
	return ""
}

func version(path string) int {
	n, _ := strconv.Atoi(strings.Split(path, "/")[4])
	return n
}
