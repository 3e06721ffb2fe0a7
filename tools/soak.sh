#!/usr/bin/env bash
# A mixed load on the service of the release build, 20 minutes by default; tools/soak.py says what
# comes and what is checked.
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"

if [[ ${1-} == -h || ${1-} == --help ]]; then
  echo "Usage: tools/soak.sh [MINUTES] [OPTION...]
Builds the service (preset release) and runs tools/soak.py with these arguments:
"
  exec python3 "$root/tools/soak.py" --help
fi

cd "$root"
binary="$root/build/release/bin/auscult"
for argument in "$@"; do
  [[ $argument == --binary* ]] && exec python3 tools/soak.py "$@"
done
tools/setup.sh build
tools/build_web.sh
cmake --preset release
cmake --build --preset release --target auscult
exec python3 tools/soak.py --binary "$binary" "$@"
