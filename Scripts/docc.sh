#!/usr/bin/env bash
# The documentation of all libraries as one site, by docc; a warning is an error.
#
#   Scripts/docc.sh [FOLDER]     # .build/documentation without; any web server can show it
#   Scripts/docc.sh --examples [FOLDER]
#                                # writes the examples of the catalogues to Examples/Documentation,
#                                # where they are compiled with the other examples
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
# shellcheck source=Scripts/lib/setup.sh
source Scripts/lib/setup.sh

# Prints a source file with a function for each block of Swift in the catalogue $1.
examples() {
  awk -v name="$(basename "$1" .docc)" '
    FNR == 1 { isCode = 0 }
    /^```swift$/ { isCode = 1; count++; next }
    /^```$/ { isCode = 0; next }
    isCode && /^import / {
      if (seen[$2]++) next
      for (i = ++total; i > 1 && imports[i - 1] > $2; i--) imports[i] = imports[i - 1]
      imports[i] = $2
      next
    }
    isCode { body[count] = body[count] ($0 == "" ? "" : "  " $0) "\n" }
    END {
      print "// The examples of " name ".docc, by Scripts/docc.sh --examples.\n"
      for (i = 1; i <= total; i++) print "import " imports[i]
      for (i = 1; i <= count; i++) {
        sub(/^\n+/, "", body[i])
        printf "\nfunc %s%d() throws {\n%s}\n", "example" name, i, body[i]
      }
    }' "$1"/*.md
}

catalogues=(Sources/*/*.docc corpora/*.docc)
if [[ ${1:-} == --examples ]]; then
  folder=${2:-Examples/Documentation}
  rm -rf "$folder"
  mkdir -p "$folder"
  for catalogue in "${catalogues[@]}"; do
    examples "$catalogue" >"$folder/$(basename "$catalogue" .docc).swift"
  done
  exit
fi
[[ ${1:-} != -* ]] || die "'$1' is no option; expected --examples or a folder"

site=${1:-.build/documentation}
command -v docc >/dev/null || die "docc is missing: it comes with Swift's toolchains"
require_swift
require_packages
log=$(mktemp)
work=$(mktemp -d)
trap 'rm -rf "$log" "$work"' EXIT

say "symbols"
swift package dump-symbol-graph --minimum-access-level public --skip-synthesized-members \
  >"$log" 2>&1 || { tail -n 40 "$log" >&2 && die "swift package dump-symbol-graph fails"; }
graphs=$(sed -n 's/^Files written to //p' "$log")
archives=()
for catalogue in "${catalogues[@]}"; do
  name=$(basename "$catalogue" .docc)
  mkdir "$work/$name"
  cp "$graphs/$name.symbols.json" "$work/$name"
  cp "$graphs/$name"@*.symbols.json "$work/$name" 2>/dev/null || true
  docc convert "$catalogue" --additional-symbol-graph-dir "$work/$name" --warnings-as-errors \
    --fallback-display-name "$name" --fallback-bundle-identifier "$name" \
    --output-path "$work/$name.doccarchive" >"$log" 2>&1 ||
    { cat "$log" >&2 && die "docc refuses the documentation of $name"; }
  archives+=("$work/$name.doccarchive")
done
rm -rf "$site"
docc merge "${archives[@]}" --synthesized-landing-page-name wordtool --output-path "$site" \
  >"$log" 2>&1 || { cat "$log" >&2 && die "docc merge fails"; }
say "the documentation of ${#archives[@]} libraries is in $site"
