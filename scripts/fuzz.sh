#!/usr/bin/env bash
# Runs every fuzz target of the module for FUZZTIME each (default 3s).
set -euo pipefail
cd "$(dirname "$0")/.."
time=${FUZZTIME:-3s}

mapfile -t dirs < <(grep -rlE --include='*_test.go' '^func Fuzz' . --exclude-dir=.cache --exclude-dir=node_modules | xargs -r -n1 dirname | sort -u)
count=0
for dir in "${dirs[@]}"; do
  targets=$(go test -list '^Fuzz' "$dir" | grep '^Fuzz' || true)
  for target in $targets; do
    echo "fuzz: $dir $target, $time"
    go test -run '^$' -fuzz "^$target\$" -fuzztime "$time" "$dir" | grep -vE '^fuzz: elapsed' || {
      echo "fuzz: $target in $dir failed" >&2
      exit 1
    }
    count=$((count + 1))
  done
done
echo "fuzz: $count targets ran"
