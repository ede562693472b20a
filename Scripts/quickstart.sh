#!/usr/bin/env bash
# From a fresh clone to the first answers: installs what is missing, builds, trains on the corpus
# that ships with the project and asks two questions, whose answers it checks.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
# shellcheck source=Scripts/lib/setup.sh
source Scripts/lib/setup.sh

set_up

say "building (some minutes the first time)"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! swift build -c release --product wordtool >"$log" 2>&1; then
  tail -n 40 "$log" >&2
  die "the build failed"
fi
wordtool=$(swift build -c release --show-bin-path)/wordtool

# Kept away from the user's own data folder, where the last vectors trained become the default.
work=$root/.build/quickstart
mkdir -p "$work"
export XDG_DATA_HOME=$work
vectors=$work/atlas.safetensors
# What the two queries below are to see is $vectors and nothing else.
unset WORDTOOL_VECTORS

say "training on the corpus that ships with the project: wordtool train-embeddings"
"$wordtool" train-embeddings -o "$vectors"

# Prints what the arguments ask, and checks it: expect DESCRIPTION WORDS FIRST QUERY...
# Each of WORDS must be among the FIRST answers.
expect() {
  local description=$1 words=$2 first=$3 answers word
  shift 3
  say "wordtool $*"
  "$wordtool" "$@" -v "$vectors" -k 5 --style table
  answers=$("$wordtool" "$@" -v "$vectors" -k 5 --style tsv | awk -F '\t' -v n="$first" \
    'NF == 2 && ++row <= n { print $1 }')
  for word in $words; do
    grep -qxF "$word" <<<"$answers" ||
      die "expected $description; the answers are: $(tr '\n' ' ' <<<"$answers")"
  done
}

expect "norway, denmark and finland among the first five" "norway denmark finland" 5 \
  nearest sweden
expect "queen first" "queen" 1 analogy king man woman

say "all is well. The tool: $wordtool"
