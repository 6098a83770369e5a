#!/bin/sh
# Builds what the benchmarks need besides bin/claviger, and runs them.
#   BENCH_QUICK=1      a brief run, to see that everything works
#   BENCH_ONLY=A,B     some phases only; bin/bench/bench -help names them
#   BENCH_STRICT=1     fail when a goal is missed
#   BENCH_PROFILES=DIR leave the CPU profiles in DIR
set -eu
cd "$(dirname "$0")/.."

if [ ! -x /usr/sbin/nginx ] && ! command -v nginx >/dev/null; then
	if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
		{ apt-get update && apt-get install -y --no-install-recommends nginx-light; } >/dev/null 2>&1 ||
			echo "bench: nginx-light could not be installed; its columns stay empty" >&2
	fi
fi

export CGO_ENABLED=0
mkdir -p bin/bench
go build -trimpath -buildvcs=false -o bin/bench/ ./bench/cmd/...

# The programs that are profiled are the same source with one file laid over it.
overlay=$(mktemp)
trap 'rm -f "$overlay"' EXIT
for main in cmd/claviger bench/cmd/reverseproxy; do
	printf '{"Replace": {"%s": "%s"}}\n' \
		"$PWD/$main/bench_profile.go" "$PWD/bench/profile/profile.go.txt" >"$overlay"
	go build -trimpath -buildvcs=false -overlay "$overlay" -o "bin/bench/${main##*/}-profiled" "./$main"
done

set --
if [ "${BENCH_QUICK:-0}" = 1 ]; then set -- "$@" -quick; fi
if [ "${BENCH_STRICT:-0}" = 1 ]; then set -- "$@" -strict; fi
if [ -n "${BENCH_ONLY:-}" ]; then set -- "$@" -only "$BENCH_ONLY"; fi
if [ -n "${BENCH_PROFILES:-}" ]; then
	mkdir -p "$BENCH_PROFILES"
	set -- "$@" -profiles "$BENCH_PROFILES"
fi
bin/bench/bench "$@"
