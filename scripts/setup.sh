#!/usr/bin/env bash
# Installs what the tests need and is not there yet: PostgreSQL's server
# programs, a Python environment and Node packages with the official SDKs, the
# linter. System packages are installed only as root on a Debian system;
# otherwise one line says what to install. Quick when everything is present.
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p .cache/bin

missing=()   # what a person has to install
packages=()  # the same, as Debian calls it
need() { # need NAME DEBIAN-PACKAGES... : notes a missing part
  missing+=("$1")
  shift
  packages+=("$@")
}

have_postgres() {
  local d
  for d in "${CLAVIGER_POSTGRES_BIN:-}" /usr/lib/postgresql/*/bin /usr/pgsql-*/bin; do
    [[ -n $d && -x $d/initdb ]] && return 0
  done
  command -v initdb >/dev/null
}
have_node() { command -v npm >/dev/null && node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' 2>/dev/null; }
have_python() { python3 -c 'import ensurepip, sys; sys.exit(sys.version_info < (3, 9))' 2>/dev/null; }

command -v gcc >/dev/null || need "gcc (for the race detector)" gcc libc6-dev
have_postgres || need "PostgreSQL 15 or newer, server programs" postgresql-15
have_node || need "Node.js 20 or newer with npm" nodejs npm
have_python || need "Python 3.9 or newer with venv" python3 python3-venv

install() {
  echo "setup: installing ${packages[*]}"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq || return
  if [[ " ${packages[*]} " == *" postgresql-15 "* && ! -e /etc/postgresql-common ]]; then
    # The tests make throw-away clusters of their own: no cluster at install.
    apt-get install -y -qq --no-install-recommends postgresql-common >/dev/null || return
    sed -i 's/^#\?create_main_cluster.*/create_main_cluster = false/' /etc/postgresql-common/createcluster.conf
  fi
  apt-get install -y -qq --no-install-recommends "${packages[@]}" >/dev/null
}

if ((${#missing[@]})); then
  if [[ $(id -u) != 0 ]] || ! command -v apt-get >/dev/null || ! install; then
    printf -v list '%s; ' "${missing[@]}"
    echo "setup: please install: ${list%; } (on Debian: apt-get install ${packages[*]})" >&2
    exit 1
  fi
fi

# fresh FILE STAMP: the stamp was made from this very content of FILE.
fresh() { [[ -e $2 && $(cat "$2") == "$(sha256sum <"$1")" ]]; }
stamp() { sha256sum <"$1" >"$2"; }

req=test/python/requirements.txt
if ! { [[ -x .cache/venv/bin/python ]] && .cache/venv/bin/python -c '' && fresh $req .cache/venv/stamp; }; then
  echo "setup: Python packages"
  python3 -m venv --clear .cache/venv
  .cache/venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps -r $req
  stamp $req .cache/venv/stamp
fi

lock=test/node/package-lock.json
if ! fresh $lock test/node/node_modules/.stamp; then
  echo "setup: Node packages"
  (cd test/node && npm ci --silent --no-audit --no-fund --ignore-scripts)
  stamp $lock test/node/node_modules/.stamp
fi

lint=2.15.0
if ! .cache/bin/golangci-lint version 2>/dev/null | grep -qF "$lint"; then
  echo "setup: golangci-lint $lint (built from source, takes some minutes)"
  GOBIN="$PWD/.cache/bin" GOFLAGS=-mod=mod go install "github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v$lint"
fi
