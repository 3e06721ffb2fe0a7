#!/usr/bin/env bash
# Measures the service beside its peers and writes docs/benchmarks.md.
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
peers="$root/build/bench/peers"

if [[ ${1-} == -h || ${1-} == --help ]]; then
  echo "Usage: benchmarks/compare.sh [--quick] [--rounds N] [--seconds S] [--million] [--into FOLDER]
Installs the Debian packages of the groups build and bench that are missing, builds the preset
\`bench\`, fetches Fastify and ONNX Runtime from the npm registry, runs the service and its peers in
turn on loopback (about 10 minutes; --quick: two), and writes benchmarks.md and its plot to docs.

Example: benchmarks/compare.sh --quick --into /tmp"
  exit
fi

"$root/tools/setup.sh" build bench
cd "$root"
cmake --preset bench >/dev/null
cmake --build --preset bench --target auscult auscult_manual auscult-constant heart stages auscult_library
mkdir -p "$peers"
cp benchmarks/peers/*.mjs benchmarks/peers/package*.json "$peers"
# Without the package's own script, which would fetch what graphics cards need.
(cd "$peers" && ONNXRUNTIME_NODE_INSTALL_CUDA=skip npm install --ignore-scripts --no-audit --no-fund --silent)
exec /usr/bin/python3 benchmarks/compare.py "$@"
