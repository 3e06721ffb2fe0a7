#!/usr/bin/env bash
# Builds the dashboard into web/dist, from where the service embeds it.
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
web="$root/web"

if [[ ${1-} == -h || ${1-} == --help ]]; then
  echo "Usage: tools/build_web.sh
Builds the dashboard in web/ into web/dist unless nothing has changed since. Takes Node 18 or newer
with npm, and installs Debian's if there is none; npm fetches what web/package-lock.json names.

Example: tools/build_web.sh && cmake --build --preset release"
  exit
fi

built() {
  [[ -f $web/dist/index.html ]] || return 1
  [[ -z "$(find "$web" "$root/src/http/openapi.json" \
    \( -name node_modules -o -path "$web/dist" -o -name schema.d.ts \) -prune -o \
    -type f -newer "$web/dist/index.html" -print -quit)" ]]
}

# Whether there is a Node that is new enough, with its npm.
have_node() {
  command -v npm >/dev/null && command -v node >/dev/null &&
    node -e 'process.exit(Number(process.versions.node.split(".")[0]) < 18 ? 1 : 0)'
}

built && exit
have_node || "$root/tools/setup.sh" web
if ! have_node; then
  echo "build_web: this takes Node 18 or newer with npm, and here is $(node --version 2>&1)" >&2
  exit 1
fi
cd "$web"
# npm keeps a copy of the lock file of what it has installed.
if [[ ! node_modules/.package-lock.json -nt package-lock.json ]]; then
  npm ci --no-audit --no-fund
fi
npm run build
# Had the content stayed the same, its date would too, and it would be built each time.
touch dist/index.html
