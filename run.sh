#!/usr/bin/env bash
# Builds what is not built yet and starts the service.
set -euo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
build="$root/build/release"
auscult="$build/bin/auscult"
# Written after a build, dated at its start; holds the folder it was made in.
stamp="$build/run.stamp"

usage() {
  echo "Usage: ./run.sh [OPTION...]
Starts the heart-sound service on http://0.0.0.0:8000, its data in the folder data beside run.sh.

The first run installs the Debian packages that are missing (as root or with sudo) and builds the
service; later runs start at once, and rebuild only after a source has changed. Options are those
of \`auscult serve\`, and win over the defaults above.

Example: ./run.sh --port 9000 --data-dir /var/lib/auscult"
  if [[ -x $auscult ]]; then
    echo
    "$auscult" serve --help
  fi
}

built() {
  [[ -x $auscult && -f $stamp && "$(<"$stamp")" == "$root" ]] || return 1
  local sources=()
  for name in CMakeLists.txt CMakePresets.json apps cmake include src web tools; do
    [[ -e $root/$name ]] && sources+=("$root/$name")
  done
  # The time of the last change to content or to metadata: a file restored with an old date counts.
  # What the dashboard's build writes is no source.
  [[ -z "$(find "${sources[@]}" \( -name node_modules -o -path "$root/web/dist" -o -name schema.d.ts \) \
    -prune -o -type f -cnewer "$stamp" -print -quit)" ]]
}

build() {
  echo "run: looking for missing packages"
  "$root/tools/setup.sh" build
  echo "run: building the dashboard in web/dist"
  "$root/tools/build_web.sh" ||
    echo "run: the dashboard could not be built (see above); browsers get a plain page instead" >&2
  echo "run: building the service in build/release (a few minutes the first time)"
  mkdir -p "$build"
  # A build folder that came here from elsewhere cannot be configured again as it is.
  local fresh=()
  [[ -f $stamp && "$(<"$stamp")" == "$root" ]] || fresh=(--fresh)
  echo "$root" >"$stamp.new"
  (
    cd "$root"
    cmake "${fresh[@]}" --preset release
    cmake --build --preset release --target auscult
  )
  mv "$stamp.new" "$stamp"
}

# Makes a default of the command hold from any folder, unless the caller chose by flag, environment
# or configuration file.
defaults=()
add_default() {
  local flag=$1 variable=$2 value=$3 argument
  [[ -v $variable || -v AUSCULT_CONFIG ]] && return
  for argument in "${@:4}"; do
    [[ $argument == "$flag" || $argument == "$flag="* || $argument == --config* ]] && return
  done
  defaults+=("$flag" "$value")
}

for argument in "$@"; do
  if [[ $argument == -h || $argument == --help ]]; then
    usage
    exit
  fi
done

built || build
add_default --data-dir AUSCULT_DATA_DIR "$root/data" "$@"
add_default --model AUSCULT_MODEL "$root/models/auscult-1" "$@"
exec "$auscult" serve "${defaults[@]}" "$@"
