#!/usr/bin/env bash
# Runs what the documentation shows and compares what comes out with what stands there.
#
#     Scripts/check-docs.sh [--update] [FILE.md ...]     # without files: README, docs/, docs/lesson/
#
# A block that begins with ```console is a session. A line that begins with "$ " is a command, one that
# ends with a backslash goes on in the next line, and what stands below is what it prints on a terminal of
# 100 columns without colours (of 200 behind ```console wide): results and messages as they come. A line
# "..." stands for any lines. Blocks that cannot be run everywhere say why behind that word, and are counted
# but not run:
#
#     ```console corpora      needs texts or images that do not ship
#     ```console minutes      takes minutes
#
# The commands of a page run one after the other in a folder of their own that holds copies of corpora/ and
# docs/lesson/, so that they are typed as in the project's folder. Drawings (.svg) that they write under
# docs/lesson/ must be those of the project to the byte; of other pictures, whose bytes are the work of the
# system's libpng and libjpeg, the size must be the same.
#
# Not compared are: spaces at the end of a line, lines of progress ("wordtool: training: 12 %, ..."), what a
# training will hold of memory, which depends on the number of threads,
# numbers before ms, s, min, kB/s, words/s and other units of time and pace, and those of the rows "seconds"
# and "tokens a second" of a summary.
#
# --update writes what comes out into the pages, and the pictures; look at the difference then.
# WORDTOOL=/path is a program that is built already.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
# shellcheck source=Scripts/lib/setup.sh
source Scripts/lib/setup.sh

updates=
if [[ ${1:-} == --update ]]; then
  updates=1
  shift
fi
pages=("$@")
[[ $# -gt 0 ]] || pages=(README.md docs/*.md docs/lesson/*.md)

# A terminal of a given width for commands: util-linux's, as macOS's takes other options.
script --version 2>/dev/null | grep -q util-linux || die "there is no script of util-linux here"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

find_wordtool "$work/log"
mkdir "$work/bin"
ln -s "$wordtool" "$work/bin/wordtool"

# Runs a command as on a terminal of $columns, in the page's folder.
run() {
  (
    cd "$work/page"
    env -i PATH="$work/bin:$PATH" HOME="$work/user" XDG_DATA_HOME="$work/user/share" TERM=dumb NO_COLOR=1 \
      LC_ALL=C.UTF-8 TMPDIR="$work" ${LD_LIBRARY_PATH:+LD_LIBRARY_PATH="$LD_LIBRARY_PATH"} \
      ${WORDTOOL_DATA:+WORDTOOL_DATA="$WORDTOOL_DATA"} \
      script -qec "stty columns $columns rows 50; $1" /dev/null </dev/null
  ) 2>&1 | tr -d '\r' | sed -E '/^wordtool: [a-z -]+: +[0-9.]+ %/d; /^wordtool: memory: about /d; s/ +$//' || true
}

# What stands for numbers that differ from run to run.
comparable() {
  sed -E 's/ +$//; s/[0-9][0-9.,]* (ns|us|µs|ms|s|min|h)([^a-z/]|$)/# \1\2/g; s/[0-9][0-9.,]* ([kMG]?)([A-Za-z]+\/s)/# \2/g; s/^(seconds|[a-z]+ a second) +[0-9][0-9.,]*$/\1 #/'
}

# Whether the lines of file $2 are those of file $1, in which "..." stands for any.
agree() {
  awk '
    BEGIN { count = found_count = 0 }
    file == 1 { expected[++count] = $0; next }
    { found[++found_count] = $0 }
    END {
      # reach[i]: whether the lines shown so far can be the first i that were found.
      reach[0] = 1
      for (line = 1; line <= count; line++) {
        split("", next_)
        any = 0
        for (place = 0; place <= found_count; place++) {
          if (expected[line] == "...") {
            if (reach[place]) any = 1
            if (any) next_[place] = 1
          } else if (place < found_count && reach[place] && found[place + 1] == expected[line]) {
            next_[place + 1] = 1
          }
        }
        split("", reach)
        for (place in next_) reach[place] = 1
      }
      exit !reach[found_count]
    }' file=1 <(comparable <"$1") file=2 <(comparable <"$2")
}

ran=0 passed_over=0 wrong=0 columns=100
shown=''
readonly backslash=\\

# Runs the command of the block that was read, and compares; $1 is where it stands.
finish_command() {
  [[ -n $shown ]] || return 0
  run "$shown" >"$work/found"
  ran=$((ran + 1))
  if agree "$work/expected" "$work/found"; then
    [[ -z $updates ]] || cat "$work/expected" >>"$work/updated"
  elif [[ -n $updates ]]; then
    cat "$work/found" >>"$work/updated"
    echo "$1: written anew" >&2
  else
    wrong=$((wrong + 1))
    echo "$1: $shown" >&2
    diff "$work/expected" "$work/found" | head -n 40 >&2 || true
  fi
  shown=''
}

# Whether the picture that came out is the project's.
is_same_picture() {
  cmp -s "$1" "$2" && return
  [[ -z $updates && $1 != *.svg && -f $1 ]] || return 1
  [[ $(picture_size "$1") == "$(picture_size "$2")" ]]
}

# Height x width x channels.
picture_size() { "$wordtool" image show "$1" --no-numbers --palette none | sed 's/^.*: //'; }

check_page() {
  local page=$1 line number=0 state=text place='' picture
  local fence='^( *)```(.*)$'
  rm -rf "$work/page" "$work/user"
  mkdir -p "$work/page/docs" "$work/user"
  cp -R corpora "$work/page/corpora"
  [[ ! -d docs/lesson ]] || cp -R docs/lesson "$work/page/docs/lesson"
  : >"$work/updated"
  shown=''
  while IFS= read -r line || [[ -n $line ]]; do
    number=$((number + 1))
    if [[ $line =~ $fence ]]; then
      [[ $state != session ]] || finish_command "$place"
      if [[ $state != text ]]; then
        state=text
      elif [[ ${BASH_REMATCH[2]} == console || ${BASH_REMATCH[2]} == 'console wide' ]]; then
        state=session columns=100
        [[ ${BASH_REMATCH[2]} != *wide ]] || columns=200
      else
        state=other
        [[ ${BASH_REMATCH[2]} != "console "* ]] || passed_over=$((passed_over + 1))
      fi
    elif [[ $state == session && $line == '$ '* ]]; then
      finish_command "$place"
      place="$page:$number" shown=${line#'$ '}
      : >"$work/expected"
    elif [[ $state == session && $shown == *"$backslash" && ! -s $work/expected ]]; then
      shown+=$'\n'$line
    elif [[ $state == session ]]; then
      printf '%s\n' "$line" >>"$work/expected"
      continue
    fi
    printf '%s\n' "$line" >>"$work/updated"
  done <"$page"
  if [[ -n $updates ]] && ! cmp -s "$page" "$work/updated"; then cat "$work/updated" >"$page"; fi
  [[ -d $work/page/docs/lesson ]] || return 0
  while IFS= read -r picture; do
    is_same_picture "$picture" "$work/page/$picture" && continue
    if [[ -n $updates ]]; then
      cp "$work/page/$picture" "$picture"
      echo "$picture: written anew" >&2
    else
      wrong=$((wrong + 1))
      echo "$page: $picture comes out otherwise" >&2
    fi
  done < <(cd "$work/page" && find docs/lesson -type f \( -name '*.svg' -o -name '*.png' -o -name '*.jpg' \))
}

for page in "${pages[@]}"; do
  [[ -f $page ]] || die "there is no $page"
  check_page "$page"
done
say "${#pages[@]} pages, $ran commands run, $passed_over blocks that need other data or minutes"
[[ $wrong == 0 ]] || die "$wrong come out otherwise"
