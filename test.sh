#!/usr/bin/env bash
# Runs every check of the project; the last lines name what failed and count all.
set -uo pipefail
root="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
cd "$root" || exit 1

usage() {
  echo "Usage: ./test.sh [--quick | --tidy | --tsan | CTEST-OPTION...]
Installs the Debian packages that are missing (as root or with sudo), then runs, in this order:
the format check, the dashboard's build and unit tests, all tests, the dashboard in a browser, the unit and API tests again under AddressSanitizer and
UndefinedBehaviorSanitizer, the fuzz targets for half a minute, and the trainer's tests.

  --quick         stop after the tests of the dev build
  --tidy          only clang-tidy, on every source (not part of the above: it takes long)
  --tsan          only the unit and API tests of what has threads, under ThreadSanitizer (likewise)
  CTEST-OPTION    only the tests of the dev build that these options of ctest choose

Tests on real recordings read the folder AUSCULT_DATA, by default ../shared/datasets; without it
they are skipped.

Example: ./test.sh -R '^DecodePcm'"
}

passed=0
failed=0
skipped=0
failures=() # what failed, a line each, for the end of the report
retried=()  # what failed and passed at a second try, likewise

announce() {
  echo
  echo "=== $1 (after $SECONDS s)"
}

# check NAME COMMAND...: counts one check, passed if the command succeeds. The lines that say what
# failed are repeated at the end, also if a second try passed.
check() {
  local log="$root/build/check.log" reasons
  announce "$1"
  mkdir -p "$root/build"
  "${@:2}" 2>&1 | tee "$log"
  local status=$?
  mapfile -t reasons < <(grep -aE '^not ok|✖|^ *error:|ERROR|error |SUMMARY:' "$log" | head -n 12)
  if ((status == 0)); then
    passed=$((passed + 1))
    if grep -q '^=== once more' "$log"; then retried+=("$1" "${reasons[@]/#/  }"); fi
  else
    failed=$((failed + 1))
    failures+=("$1" "${reasons[@]/#/  }")
    echo "=== FAILED: $1"
  fi
}

# build PRESET BUILD-OPTION...: a build counts only if it fails; its tests count.
build() {
  announce "build $1"
  if cmake --preset "$1" && cmake --build --preset "$1" "${@:2}"; then
    return 0
  fi
  failed=$((failed + 1))
  failures+=("build $1")
  echo "=== FAILED: build $1"
  return 1
}

# tests PRESET CTEST-OPTION...: counts each test that ctest runs.
tests() {
  local report="$root/build/$1/ctest.xml" counts
  announce "tests of build $1"
  rm -f "$report"
  ctest --preset "$1" --no-tests=error --parallel "$(nproc)" --output-junit "$report" "${@:2}"
  local status=$?
  # tests, failures, disabled and skipped, in the order in which ctest writes them.
  mapfile -t counts < <(grep -m4 -E '^\s(tests|failures|disabled|skipped)=' "$report" | tr -cd '0-9\n')
  if ((${#counts[@]} != 4)); then
    counts=(1 1 0 0)
    failures+=("tests of build $1: ctest wrote no report")
  elif ((status != 0 && counts[1] == 0)); then
    counts=($((counts[0] + 1)) 1 "${counts[@]:2}")
    failures+=("tests of build $1: ctest ended with $status")
  fi
  mapfile -t -O "${#failures[@]}" failures < <(
    sed -n "s/.*<testcase name=\"\([^\"]*\)\".*status=\"fail\".*/\1 in build $1/p" "$report")
  passed=$((passed + counts[0] - counts[1] - counts[2] - counts[3]))
  failed=$((failed + counts[1]))
  skipped=$((skipped + counts[2] + counts[3]))
}

finish() {
  echo
  echo "All checks took $SECONDS s."
  ((${#retried[@]})) && printf 'PASSED AT A SECOND TRY: %s\n' "${retried[@]}"
  ((${#failures[@]})) && printf 'FAILED: %s\n' "${failures[@]}"
  echo "$passed passed, $failed failed, $skipped skipped"
  exit $((failed > 0))
}

check_format() {
  find . \( -path ./build -o -name node_modules \) -prune -o -name '*.[ch]pp' -print0 |
    xargs -0 clang-format-14 --dry-run -Werror
}

# fuzz TARGET SECONDS: inputs worth keeping stay in build/fuzz/corpus, what crashes beside them.
# The seed is fixed, so that a change passes or fails by what it changed.
fuzz() {
  local found="build/fuzz/corpus/$1"
  mkdir -p "$found"
  "build/fuzz/bin/$1" -max_total_time="$2" -seed=1 -timeout=20 -rss_limit_mb=2048 \
    -verbosity=0 -print_funcs=0 -print_final_stats=1 -artifact_prefix="build/fuzz/$1-" \
    "$found" "fuzz/corpus/$1"
}

# skip NAME REASON: counts one check that cannot be made here.
skip() {
  announce "$1"
  echo "=== SKIPPED: $2"
  skipped=$((skipped + 1))
}

web_unit_tests() {
  (cd web && npm test)
}

# The service of the dev build in Chromium, with the tests of tests/web.
browser_tests() {
  (
    cd tests/web || exit 1
    if [[ ! node_modules/.package-lock.json -nt package-lock.json ]]; then
      npm ci --no-audit --no-fund || exit 1
    fi
    export AUSCULT_BINARY="$root/build/dev/bin/auscult"
    npm test || { echo "=== once more, since a busy machine can make a browser late" && npm test; }
  )
}

test_in_browser() {
  if command -v chromium >/dev/null || tools/setup.sh web-test; then
    check "dashboard in a browser" browser_tests
  else
    skip "dashboard in a browser" "Chromium cannot be installed here"
  fi
}

tidy() {
  tools/setup.sh train bench && cmake --preset tidy && tools/tidy.py
}

mode=all
case "${1-}" in
  -h | --help) usage; exit ;;
  --quick | --tidy | --tsan) mode="${1#--}" ;;
  ?*) mode=chosen ;;
esac
trap 'exit 130' INT

tools/setup.sh build test || exit 1
if command -v ccache >/dev/null; then
  export CMAKE_CXX_COMPILER_LAUNCHER=ccache
  export CCACHE_BASEDIR="${CCACHE_BASEDIR:-$root}" CCACHE_NOHASHDIR=1
fi
if [[ -z ${AUSCULT_DATA-} && -d ../shared/datasets ]]; then
  AUSCULT_DATA="$(cd ../shared/datasets && pwd)"
  export AUSCULT_DATA
fi
echo "Real recordings: ${AUSCULT_DATA:-none (AUSCULT_DATA is not set); tests on them are skipped}"

if [[ $mode == chosen ]]; then
  build dev && tests dev "$@"
  finish
fi
if [[ $mode == tidy ]]; then
  check "clang-tidy" tidy
  finish
fi

if [[ $mode == tsan ]]; then
  build tsan --target core_test service_test storage_test storage_contract_test postgres_test \
    queue_test http_test recording_service_test api_test &&
    tests tsan --label-regex 'unit|api' --exclude-regex '_replay$'
  finish
fi

check "format" check_format
check "dashboard build" tools/build_web.sh && check "dashboard unit tests" web_unit_tests
build dev || finish
tests dev
[[ -f tests/web/package.json ]] && test_in_browser
[[ $mode == quick ]] && finish

build asan && tests asan --label-regex 'unit|api'

fuzzers=(fuzz/fuzz_*.cpp)
fuzzers=("${fuzzers[@]##*/}")
fuzzers=("${fuzzers[@]%.cpp}")
if build fuzz --target "${fuzzers[@]}"; then
  for target in "${fuzzers[@]}"; do
    check "$target" fuzz "$target" $((30 / ${#fuzzers[@]}))
  done
fi

check "packages of the trainer" tools/setup.sh train
build train-test --target auscult-train train_test && tests train-test --label-regex train
finish
