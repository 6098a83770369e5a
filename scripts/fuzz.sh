#!/usr/bin/env bash
# Runs every fuzz target of the module for FUZZTIME each (default 3s).
set -euo pipefail
cd "$(dirname "$0")/.."
time=${FUZZTIME:-3s}
said=$(mktemp)
trap 'rm -f "$said"' EXIT

# once runs a target, and again when the end of its time caught a worker in the
# middle, which go test reports as a failure without an input.
once() {
  for _ in 1 2 3; do
    if go test -run '^$' -fuzz "^$2\$" -fuzztime "$time" "$1" >"$said" 2>&1; then
      grep -vE '^fuzz: elapsed|^PASS$' "$said"
      return 0
    fi
    if ! grep -q 'context deadline exceeded' "$said" || grep -q 'Failing input written' "$said"; then
      break
    fi
    echo "fuzz: $2 was cut off in the middle; again"
  done
  cat "$said"
  return 1
}

mapfile -t dirs < <(grep -rlE --include='*_test.go' '^func Fuzz' . --exclude-dir=.cache --exclude-dir=node_modules | xargs -r -n1 dirname | sort -u)
count=0
for dir in "${dirs[@]}"; do
  targets=$(go test -list '^Fuzz' "$dir" | grep '^Fuzz' || true)
  for target in $targets; do
    echo "fuzz: $dir $target, $time"
    once "$dir" "$target" || {
      echo "fuzz: $target in $dir failed" >&2
      exit 1
    }
    count=$((count + 1))
  done
done
echo "fuzz: $count targets ran"
