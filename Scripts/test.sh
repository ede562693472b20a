#!/usr/bin/env bash
# All the checks, as continuous integration runs them, the quick ones first.
#
# WORDTOOL_CORPORA=DIR     the folder with real data; tests that need it are left out without it
# WT_SLOW_TESTS=1          the long tests as well, and pages in Chromium where it is installed
# WT_SANITIZED_SUITES=RE   the suites that run under ThreadSanitizer, and in debug
# WT_ADDRESS_SUITES=RE     suites to run under AddressSanitizer and UndefinedBehaviorSanitizer, such as
#                          BLASCoreTests; '.' is all of them, as with WT_SLOW_TESTS=1
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
# shellcheck source=Scripts/lib/setup.sh
source Scripts/lib/setup.sh

# Draws PNG.
more_requirements='
shared:librsvg-2      librsvg2-2       librsvg2         librsvg          librsvg
'

# Under ThreadSanitizer, in debug: where threads meet; with the long tests also the kernels and what else
# computes, whose assertions only a debug build checks. Under AddressSanitizer: the kernels, or all suites
# with the long tests, optimised as they ship, in half an hour; unoptimised they take hours.
threaded=${WT_SANITIZED_SUITES:-'Corpus|Trainer|Tokenizer|Workers|Vocabulary|ImageDataset|Augmentation|Whitening|ExecutionTests.threads|FastTextClassifier|ThreadTeam|ComputeTests|ServerTests|ReplicaTests|RankTests|RankReadingTests'}
addressed=${WT_ADDRESS_SUITES:-}
if [[ ${WT_SLOW_TESTS:-} == 1 ]]; then
  threaded=${WT_SANITIZED_SUITES:-"$threaded|Kernel|Vector|Sequence|BytePair|EncodersTests"}
  addressed=${WT_ADDRESS_SUITES:-.}
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT

# Runs a command and shows what it prints only when it fails.
quietly() {
  "$@" >"$log" 2>&1 && return
  tail -n 60 "$log" >&2
  die "failed: $*"
}

# Builds, and refuses warnings about our own sources; a dependency's are its own affair.
build() {
  quietly swift build "$@"
  if grep -F ': warning:' "$log" | grep -F "$root/" | grep -vF '/.build/' >&2; then
    die "warnings in the build"
  fi
}

# Runs the tests; of what they print, only failures, skips and the summary are shown.
run_tests() {
  swift test --disable-xctest "$@" 2>&1 | tee "$log" | awk '
    /^\[[0-9]+\/[0-9]+\]/ { next }
    / (started\.$|passed after )/ && !/Test run/ { next }
    /^[^ ]+ Passing [0-9]+ argument/ { next }
    { print; fflush() }' ||
    die "failed: swift test $*"
  grep -qE 'Test run with [1-9][0-9]* tests?' "$log" || die "swift test ran no tests"
}

# Builds and runs a package outside that depends on this one by its path.
check_examples() {
  local package=Examples scratch=.build/example answers
  Scripts/docc.sh --examples "$scratch/documentation"
  diff -r "$scratch/documentation" "$package/Documentation" >&2 ||
    die "the examples of the documentation have changed: run Scripts/docc.sh --examples"
  build --package-path "$package" --scratch-path "$scratch"
  answers=$("$scratch/debug/NearestWords" "$package/NearestWords/sample.vec" sweden queen nobody) ||
    die "the example fails"
  # By hand, from the cosines of the rows in the file.
  [[ $answers == "8 words, 4 dimensions
sweden: norway denmark finland
queen: woman king man
nobody: not among the words" ]] || die "the example answers: $answers"

  # Two themes that never meet: the neighbours of a word are the rest of its theme.
  local text=$scratch/text.txt
  awk 'BEGIN {
    split("Sun moon star sky red blue green grey", word, " ")
    for (line = 0; line < 2000; line++)
      for (place = 0; place < 8; place++) {
        seed = (seed * 75 + 74) % 65537
        printf "%s%s", word[(line % 2) * 4 + int(seed / 7) % 4 + 1], place < 7 ? " " : "\n"
      }
  }' >"$text"
  answers=$("$scratch/debug/NearestWords" --train "$text" sun | tail -n 1) ||
    die "the example cannot train"
  [[ $(tr ' ' '\n' <<<"${answers#sun: }" | sort | tr '\n' ' ') == "moon sky star " ]] ||
    die "the example, trained on two themes, answers: $answers"

  # Every kind of model trained, asked, written and read.
  mkdir -p "$scratch/models"
  answers=$("$scratch/debug/EveryModel" "$scratch/models") || die "EveryModel fails"
  diff <(echo "$answers") "$package/EveryModel/expected.txt" >&2 ||
    die "EveryModel answers otherwise than Examples/EveryModel/expected.txt"
}

# Runs every kernel of each instruction set that this processor has, with the addresses and the
# arithmetic of C watched, and compares what they compute. Unoptimised: clang takes minutes otherwise.
check_kernels() {
  local program=$1/kernel-bits kernels hashes
  mkdir -p "$1"
  quietly clang -g -fsanitize=address,undefined -fno-sanitize-recover=undefined \
    -I Sources/CKernels/include Sources/CKernels/*.c Scripts/arm64/kernel-bits.c -lm -o "$program"
  for kernels in scalar avx2 avx512 neon; do
    # 64: the processor has none of this name.
    "$program" "$kernels" >>"$program.txt" 2>"$log" || (($? == 64)) || {
      tail -n 60 "$log" >&2
      die "the kernels $kernels fail"
    }
  done
  hashes=$(cut -d' ' -f2 "$program.txt" | sort -u | wc -l)
  ((hashes == 1)) || die "the instruction sets disagree: $(cat "$program.txt")"
}

started=$SECONDS
set_up

say "format"
quietly swift format lint --strict -r Sources Tests corpora Examples Benchmarks Package.swift

if command -v clang >/dev/null; then
  say "kernels under AddressSanitizer and UndefinedBehaviorSanitizer"
  rm -rf .build/kernels
  check_kernels .build/kernels
fi

say "build, release"
build -c release --build-tests
say "tests, release"
# No test imports by @testable: so they use what was just built, and not a second build of it all.
run_tests -c release --disable-testable-imports
summary=$(grep -oE 'Test run with [0-9]+ tests? in [0-9]+ suites?' "$log" | tail -n 1)

say "Scripts/quickstart.sh"
quietly Scripts/quickstart.sh
# The lesson always, as it is quick; all other pages with the long tests.
# It needs the `script` of util-linux.
if [[ $(uname) == Linux ]]; then
  say "Scripts/check-docs.sh"
  pages=(docs/lesson/*.md)
  [[ ${WT_SLOW_TESTS:-} != 1 ]] || pages=()
  WORDTOOL=$(swift build -c release --show-bin-path)/wordtool \
    quietly Scripts/check-docs.sh ${pages[@]+"${pages[@]}"}
fi
say "an outside package: Examples"
check_examples

if [[ ${WT_SLOW_TESTS:-} == 1 ]] && command -v mpirun >/dev/null; then
  say "Scripts/mpi.sh"
  quietly Scripts/mpi.sh
fi

if [[ ${WT_SLOW_TESTS:-} == 1 ]] && command -v docc >/dev/null; then
  say "Scripts/docc.sh"
  quietly Scripts/docc.sh
fi

# The way by a clone is left to releases: it builds everything once more.
if [[ ${WT_SLOW_TESTS:-} == 1 && $EUID -eq 0 ]] && command -v debootstrap >/dev/null; then
  say "Scripts/newcomer.sh"
  quietly Scripts/newcomer.sh --only package
fi

if [[ ${WT_SLOW_TESTS:-} == 1 ]] && command -v chromium >/dev/null; then
  say "Scripts/browser.sh"
  WORDTOOL=$(swift build -c release --show-bin-path)/wordtool Scripts/browser.sh
fi

# Each in a folder of its own: SwiftPM would take objects of the plain build for its own. A
# report does not end the run, so that one shows them all. The long tests and real data are left out,
# and WT_SANITIZED=1 tells some tests to be smaller: everything takes ten times as long.
sanitize() {
  local name=$1 suites=$2 reports=$3
  shift 3
  say "$name: suites $suites"
  (
    unset WT_SLOW_TESTS WORDTOOL_CORPORA
    export WT_SANITIZED=1 TSAN_OPTIONS="exitcode=66 ${TSAN_OPTIONS:-}"
    export UBSAN_OPTIONS="print_stacktrace=1 ${UBSAN_OPTIONS:-}"
    run_tests "$@" --filter "$suites"
  )
  if grep -qE "$reports" "$log"; then
    die "$name reports"
  fi
}

sanitize ThreadSanitizer "$threaded" 'WARNING: ThreadSanitizer' \
  --sanitize=thread --scratch-path .build/thread-sanitizer
# One build for both. Swift's compiler does not know `undefined`, so C alone is told; the runtime of
# `address` has the messages of both. Leaks count too, the command's as well as the tests', but not
# what fontconfig keeps for the text of drawings until the process ends.
export LSAN_OPTIONS=suppressions=$PWD/Scripts/lib/leaks.txt:print_suppressions=0
[[ -z $addressed ]] || sanitize "AddressSanitizer and UndefinedBehaviorSanitizer" "$addressed" \
  'ERROR: (Address|Leak)Sanitizer|runtime error:' \
  -c release --disable-testable-imports --sanitize=address \
  -Xcc -fsanitize=undefined -Xcc -fno-sanitize-recover=undefined --scratch-path .build/address-sanitizer

slow="without the slow ones"
[[ ${WT_SLOW_TESTS:-} == 1 ]] && slow="with the slow ones"
data="without real data (WORDTOOL_CORPORA is not set)"
[[ -n ${WORDTOOL_CORPORA:-} ]] && data="with real data"
say "all checks passed in $((SECONDS - started)) s: ${summary#Test run with }, $slow, $data"
