#!/usr/bin/env bash
# Checks that a release is consistent, and tags it. docs/releasing.md has the whole list.
#
#   Scripts/release.sh --check                    # version, CHANGELOG and formula agree; changes nothing
#   Scripts/release.sh                            # the same, a clean tree and a new version; makes the tag
#   Scripts/release.sh --formula ARCHIVE ADDRESS  # prints the formula for an archive that lies there
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
# shellcheck source=Scripts/lib/setup.sh
source Scripts/lib/setup.sh

formula=Scripts/packaging/wordtool.rb

# The version in the sources: the only place that says it.
version=$(sed -n 's/^ *static let version = "\(.*\)"$/\1/p' Sources/wordtool/WordTool.swift)
[[ $version =~ ^(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)\.(0|[1-9][0-9]*)$ ]] ||
  die "Sources/wordtool/WordTool.swift: version '$version', expected three numbers such as 0.2.0"

# The lines of CHANGELOG's section for the version, without its heading and the empty lines around.
notes() {
  awk -v heading="## $version (" '
    index($0, heading) == 1 { isInside = 1; next }
    /^## / { isInside = 0 }
    isInside && (NF || text != "") { text = text $0 "\n" }
    END { sub(/\n+$/, "\n", text); printf "%s", text }' CHANGELOG.md
}

check() {
  local heading day
  heading=$(grep -F "## $version (" CHANGELOG.md || true)
  [[ -n $heading ]] || die "CHANGELOG.md has no section '## $version (YYYY-MM-DD)'"
  day=$(sed -n 's/.*(\([0-9]\{4\}-[0-9][0-9]-[0-9][0-9]\))$/\1/p' <<<"$heading")
  [[ -n $day ]] || die "CHANGELOG.md: '$heading', expected a day such as (2026-12-24) behind the version"
  [[ -n $(notes) ]] || die "CHANGELOG.md says nothing of $version"
  [[ $(grep -n '^## ' CHANGELOG.md | head -n 1) == *'## Unreleased' ]] ||
    die "CHANGELOG.md: the first section is for what comes next, '## Unreleased'"
  if command -v ruby >/dev/null; then
    ruby -c "$formula" >/dev/null || die "$formula is no Ruby"
  fi
}

case ${1:-} in
  --check)
    check
    say "version $version, CHANGELOG and formula agree"
    ;;
  --formula)
    [[ -f ${2:-} && ${3:-} == https://* ]] || die "--formula needs an archive and its https address"
    digest=$(sha256sum "$2" 2>/dev/null || shasum -a 256 "$2")
    sed -e "s|^  url .*|  url \"$3\"|" -e "s|^  sha256 .*|  sha256 \"${digest%% *}\"|" "$formula"
    ;;
  '')
    check
    [[ -z $(git status --porcelain) ]] || die "there are changes that are not committed"
    if git rev-parse -q --verify "refs/tags/$version" >/dev/null; then
      die "the tag $version is there already"
    fi
    last=$(git tag --list --sort=-version:refname '[0-9]*.[0-9]*.[0-9]*' | head -n 1)
    [[ -z $last || $(printf '%s\n%s\n' "$last" "$version" | sort -V | tail -n 1) == "$version" ]] ||
      die "$version is older than the tag $last"
    { printf 'wordtool %s\n\n' "$version" && notes; } | git tag --annotate --cleanup=whitespace --file=- "$version"
    say "made the tag $version. Push it: git push origin $version"
    ;;
  -h | --help) sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//p;}' "$0" ;;
  *) die "'$1' is no option; see --help" ;;
esac
