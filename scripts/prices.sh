#!/usr/bin/env bash
# Regenerates internal/catalogue/models.tsv, the models and prices that ship in
# the binary, and says what changed; see docs/prices.md. To take a newer table,
# change the lines below, run it, read the summary and the diff, commit both.
set -euo pipefail
cd "$(dirname "$0")/.."

package=@pydantic/genai-prices version=0.1.8 published=2026-09-23
integrity=sha512-h7CYw6qTyflG2zUndO8tXyL8Xopf+tX9JZu13h0ZFgeyYj+J2gm1edR4+R+mbQ2vPdkFjtTmmmu1cYQPM5/KTA==
prices_on=2026-11-23 # of prices that change with the date, the one of this day

cache=.cache/prices/$version
if [[ ! -e $cache/package/dist/index.cjs ]]; then
  mkdir -p .cache/prices
  fresh=$(mktemp -d .cache/prices/fetch.XXXXXX)
  trap 'rm -rf "$fresh"' EXIT
  file=$(npm pack "$package@$version" --silent --pack-destination "$fresh")
  got=$(node -e 'const h = require("crypto").createHash("sha512").update(require("fs").readFileSync(process.argv[1]));
    console.log("sha512-" + h.digest("base64"))' "$fresh/$file")
  if [[ $got != "$integrity" ]]; then
    echo "prices: $package@$version is not the file that was reviewed: $got" >&2
    exit 1
  fi
  tar -xzf "$fresh/$file" -C "$fresh"
  rm -rf "$cache"
  mv "$fresh" "$cache"
  trap - EXIT
fi

exec node scripts/prices/generate.mjs --package "$cache/package" --name "$package" \
  --version "$version" --published "$published" --prices-on "$prices_on" "$@"
