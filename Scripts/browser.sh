#!/usr/bin/env bash
# Checks pages of `wordtool explore` in a browser: that they ask for nothing, complain of nothing, answer as
# `wordtool nearest` does, can be used by keys and by screen readers (axe-core), keep what is seen in their
# address, and draw 30,000 points quickly enough without a graphics card, by WebGL and without it; and that the
# page of `wordtool serve` asks its server for words that are not on it, and says so. Prints what was checked, and
# times of frames. Pictures go to the folder that is named, if one is.
#
#     Scripts/browser.sh [FOLDER]
#
# Needs Chromium (Debian: chromium; another program: CHROMIUM=/path). Uses python3 as it is when it has
# Playwright and axe; otherwise it makes a virtual environment in the user's cache folder and installs them
# there from PyPI. WORDTOOL=/path is a program that is built already.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
pictures=${1:+$(mkdir -p "$1" && cd "$1" && pwd)}
cd "$root"
# shellcheck source=Scripts/lib/setup.sh
source Scripts/lib/setup.sh

log=$(mktemp)
work=$(mktemp -d)
trap 'rm -rf "$log" "$work"' EXIT

chromium=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || true)}
[[ -n $chromium ]] || die "there is no Chromium here (on Debian: apt-get install chromium)"

find_wordtool "$log"

has_packages() { "$1" -c 'import playwright, axe_playwright_python' 2>/dev/null; }

python=python3
command -v python3 >/dev/null || die "there is no python3 here"
if ! has_packages "$python"; then
  environment=${XDG_CACHE_HOME:-$HOME/.cache}/wordtool/browser
  python=$environment/bin/python3
  if ! has_packages "$python"; then
    say "installing Playwright and axe in a virtual environment"
    if ! { python3 -m venv "$environment" &&
      "$python" -m pip install -q playwright axe-playwright-python; } >"$log" 2>&1; then
      tail -n 20 "$log" >&2
      die "could not make the environment (on Debian, venv is the package python3-venv)"
    fi
  fi
fi

"$python" Scripts/browser/explore.py "$wordtool" "$chromium" "$work" ${pictures:+"$pictures"}
