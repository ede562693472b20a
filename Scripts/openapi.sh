#!/usr/bin/env bash
# Asks `wordtool serve` by its own description: schemathesis (PyPI) makes requests that the OpenAPI document
# allows and such that it does not, of all routes, and holds every answer against it. 422 is a right answer to
# what the document allows too: it cannot say which expressions can be read, nor which options belong together;
# and 414 is one to text in a target that is longer than a target may be.
#
#     Scripts/openapi.sh [OPTION OF SCHEMATHESIS...]
#
# Uses schemathesis as it is when it is on the PATH; otherwise it makes a virtual environment in the user's cache
# folder and installs it there. WORDTOOL=/path is a program that is built already.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=Scripts/lib/setup.sh
source Scripts/lib/setup.sh

log=$(mktemp)
work=$(mktemp -d)
server=
trap '[[ -z $server ]] || kill "$server" 2>/dev/null; rm -rf "$log" "$work"' EXIT

find_wordtool "$log"

schemathesis=$(command -v schemathesis || true)
if [[ -z $schemathesis ]]; then
  environment=${XDG_CACHE_HOME:-$HOME/.cache}/wordtool/openapi
  schemathesis=$environment/bin/schemathesis
  if [[ ! -x $schemathesis ]]; then
    say "installing schemathesis in a virtual environment"
    if ! { python3 -m venv "$environment" &&
      "$environment/bin/python3" -m pip install -q schemathesis; } >"$log" 2>&1; then
      tail -n 20 "$log" >&2
      die "could not make the environment (on Debian, venv is the package python3-venv)"
    fi
  fi
fi

{
  printf 'text\tlabel\n'
  for _ in 1 2 3 4 5 6 7 8; do printf 'a good film\tpos\na bad film\tneg\n'; done
} >"$work/texts.tsv"
"$wordtool" train-classifier "$work/texts.tsv" -q -o "$work/classes" >/dev/null
"$wordtool" train-lm README.md --model ngram -q -o "$work/lm.arpa" >/dev/null

cat >"$work/schemathesis.toml" <<'TOML'
[checks.positive_data_acceptance]
expected-statuses = ["2xx", "404", "414", "422", "503"]

[checks.negative_data_rejection]
expected-statuses = ["400", "404", "405", "413", "414", "415", "422", "431"]
TOML

"$wordtool" serve --port 0 --top 30 --sentences README.md --classifier "$work/classes" \
  --lm "$work/lm.arpa" >"$work/address" 2>"$log" &
server=$!
until [[ -s $work/address ]]; do
  kill -0 "$server" 2>/dev/null || { cat "$log" >&2; die "the server does not run"; }
  sleep 0.1
done
# In a folder of its own: it keeps notes where it runs.
(cd "$work" && "$schemathesis" run "$(cat address)openapi.json" --phases examples,coverage,fuzzing \
  --max-examples 20 "$@")
kill "$server"
wait "$server"
server=
say "the server ended with exit code 0"
