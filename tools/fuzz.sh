#!/usr/bin/env bash
# Runs every fuzz target for a while and keeps what it finds.
set -uo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
cd "$root" || exit 1

if [[ ${1-} == -h || ${1-} == --help ]]; then
  echo "Usage: tools/fuzz.sh [SECONDS [TARGET...]]
Builds the fuzz targets (preset fuzz: clang, AddressSanitizer, UndefinedBehaviorSanitizer) and runs
each for SECONDS, 600 by default. Then:
  build/fuzz/corpus/TARGET  everything that reached new code, where the next run goes on
  build/fuzz/new/TARGET     the smallest set of it that reaches what fuzz/corpus/TARGET does not:
                            worth a look, and a copy into fuzz/corpus/TARGET under a telling name,
                            where it runs as an ordinary test
  build/fuzz/TARGET-crash-* what crashed, if anything did; the exit status is then 1"
  exit
fi

seconds="${1:-600}"
targets=("${@:2}")
if ((${#targets[@]} == 0)); then
  targets=(fuzz/fuzz_*.cpp)
  targets=("${targets[@]##*/}")
  targets=("${targets[@]%.cpp}")
fi
if [[ ! $seconds =~ ^[0-9]+$ ]]; then
  echo "fuzz: '$seconds' is no number of seconds; see tools/fuzz.sh --help" >&2
  exit 2
fi

tools/setup.sh build test || exit 1
if command -v ccache >/dev/null; then
  export CMAKE_CXX_COMPILER_LAUNCHER=ccache
  export CCACHE_BASEDIR="${CCACHE_BASEDIR:-$root}" CCACHE_NOHASHDIR=1
fi
cmake --preset fuzz && cmake --build --preset fuzz --target "${targets[@]}" || exit 1

failed=()
report=()
for target in "${targets[@]}"; do
  echo
  echo "=== $target for $seconds s"
  program="build/fuzz/bin/$target"
  found="build/fuzz/corpus/$target"
  new="build/fuzz/new/$target"
  mkdir -p "$found"
  log="build/fuzz/$target.log"
  "$program" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 -print_final_stats=1 \
    -verbosity=0 -print_funcs=0 -artifact_prefix="build/fuzz/$target-" "$found" "fuzz/corpus/$target" \
    >"$log" 2>&1
  status=$?
  cat "$log"
  ((status == 0)) || failed+=("$target")

  # A merge into a copy of the committed corpus adds, smallest first, what that does not reach.
  merged="$(mktemp -d)"
  cp "fuzz/corpus/$target"/* "$merged"
  "$program" -merge=1 -verbosity=0 "$merged" "$found" >/dev/null 2>&1
  rm -rf "$new"
  mkdir -p "$new"
  for input in "$merged"/*; do
    [[ -e fuzz/corpus/$target/${input##*/} ]] || cp "$input" "$new"
  done
  rm -rf "$merged"
  runs="$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")"
  report+=("$(printf '%-22s %12s inputs tried, %5d kept, %5d new in %s' "$target" "${runs:-?}" \
    "$(find "$found" -type f | wc -l)" "$(find "$new" -type f | wc -l)" "$new")")
done

echo
printf '%s\n' "${report[@]}"
if ((${#failed[@]} > 0)); then
  echo "crashed: ${failed[*]} (build/fuzz/<target>-*)"
  exit 1
fi
echo "no crash in ${#targets[@]} targets, $seconds s each"
