#!/usr/bin/env bash
# Makes the pictures of the dashboard in docs/images.
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"

if [[ ${1:-} == -* ]]; then
  echo "Usage: tools/screenshots.sh [NAME...]
Starts the built service with recordings of AUSCULT_DATA (by default ../shared/datasets; without it,
synthetic ones) and takes docs/images/*.png with Chromium: all, or those named (recording, now, ...).
AUSCULT_BINARY names another service than that of build/dev or build/release."
  exit
fi

data="${AUSCULT_DATA:-$root/../shared/datasets}"
[[ -d $data ]] && export AUSCULT_DATA="$data"
cd "$root/tests/web"
[[ -d node_modules ]] || npm ci
npm run --silent screenshots -- "$@"
# Spectrograms are large; 256 colours are enough for them.
if command -v pngquant >/dev/null; then
  pngquant --force --ext .png --skip-if-larger --speed 1 "$root"/docs/images/*.png || true
else
  echo "screenshots: without pngquant (Debian's) the pictures stay as large as they are"
fi
