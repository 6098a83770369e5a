#!/usr/bin/env bash
# Runs everything "make test" promises, step by step; stops at the first step
# that fails and always ends with a summary. "test.sh STEP..." runs only those.
set -uo pipefail
cd "$(dirname "$0")/.."
export CLAVIGER_REQUIRE_POSTGRES=1
export GOLANGCI_LINT_CACHE=$PWD/.cache/golangci-lint

# Tests leave the answers of the admin API here, for "contract" to look at.
answers=$(mktemp -d)
trap 'rm -rf "$answers"' EXIT

raced() { go list ./internal/... ./cmd/... | grep -v '/internal/adminapi$' | paste -sd' '; }

setup() { scripts/setup.sh; }
build() { make --no-print-directory build; }
vet() { go vet ./...; }
lint() { .cache/bin/golangci-lint run --allow-parallel-runners ./...; }
unit() { CLAVIGER_EXCHANGES=$answers go test ./...; }
# Under the race detector the tests that do one thing after another are left out.
# It has to see all code: what is compiled without it, such as a library alone, also
# takes the place of the same generic code elsewhere, and races are seen that are none.
race() {
  CGO_ENABLED=1 go test -race -short $(raced) &&
    CGO_ENABLED=1 go test -race -run AtOnce ./internal/adminapi
}
fuzz() { scripts/fuzz.sh; }
e2e() {
  CLAVIGER_EXCHANGES=$answers CLAVIGER_E2E=1 CLAVIGER_BIN=$PWD/bin/claviger \
    go test -count=1 -timeout 15m ./test/... ./cmd/demo/...
}
contract() {
  if [[ -z $(ls "$answers") ]]; then # run alone
    CLAVIGER_EXCHANGES=$answers go test ./internal/adminapi || return
  fi
  CLAVIGER_CONTRACT=$answers go test -count=1 ./test/contract
}

steps=("$@")
((${#steps[@]})) || steps=(setup build vet lint unit race fuzz e2e contract)

summary=() passed=0 failed=0
for step in "${steps[@]}"; do
  echo "== $step"
  began=$SECONDS
  if "$step"; then
    result=ok passed=$((passed + 1))
  else
    result=FAILED failed=$((failed + 1))
  fi
  summary+=("$(printf '%-6s %-6s %4d s' "$step" "$result" $((SECONDS - began)))")
  ((failed)) && break
done

echo
echo "== summary, $SECONDS s"
printf '%s\n' "${summary[@]}"
((failed)) && [[ ${#summary[@]} -lt ${#steps[@]} ]] && echo "not run: ${steps[*]:${#summary[@]}}"
echo "steps: $passed passed, $failed failed"
((failed == 0))
