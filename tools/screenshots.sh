#!/usr/bin/env bash
# Makes the pictures of the dashboard in docs/images.
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"

if [[ ${1:-} == -* ]]; then
  echo "Usage: tools/screenshots.sh [NAME...]
Starts the built service with recordings of AUSCULT_DATA (by default ../shared/datasets; without it,
synthetic ones) and takes docs/images/*.png with Chromium: all, or those named (recording, now, ...).
AUSCULT_BINARY names another service than that of build/dev or build/release, CHROMIUM another
browser. Installs the Debian packages that are missing.

Example: tools/screenshots.sh recording now-dark"
  exit
fi

packages=(pictures)
[[ -x ${CHROMIUM:-} ]] || packages+=(web-test)
command -v npm >/dev/null || packages+=(web)
"$root/tools/setup.sh" "${packages[@]}"

data="${AUSCULT_DATA:-$root/../shared/datasets}"
[[ -d $data ]] && export AUSCULT_DATA="$data"
cd "$root/tests/web"
[[ -d node_modules ]] || npm ci --no-audit --no-fund
npm run --silent screenshots -- "$@"
# Spectrograms are large; 256 colours are enough for them.
pngquant --force --ext .png --skip-if-larger --speed 1 "$root"/docs/images/*.png || (($? == 98))
