#!/usr/bin/env bash
# Kills the server at random moments during many uploads and looks for what was lost.
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"

if [[ ${1-} == -h || ${1-} == --help ]]; then
  echo "Usage: tools/crash_test.sh [UPLOADS [SEED]]
Sends UPLOADS recordings (10000) to the server of the dev build, kills it with SIGKILL about every
three seconds at random moments, starting among them, and starts it again. Then every acknowledged
recording must be there, once, with the same answer and sound, data.json whole, and the database
sound. Takes about as long as the uploads alone would, three times over. The last line has the
figures.

Example: tools/crash_test.sh 1000 7"
  exit
fi

cd "$root"
cmake --preset dev >/dev/null
cmake --build --preset dev --target auscult kill_test
exec build/dev/bin/kill_test --uploads "${1:-10000}" --every-ms 3000 --seed "${2:-1}"
