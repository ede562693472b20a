#!/usr/bin/env bash
# Installs wordtool: one stripped binary that needs no Swift where it runs, the data that ships with
# it, manual pages, and completions for bash, zsh and fish.
#
#   Scripts/install.sh [--prefix DIR]              # /usr/local without
#   Scripts/install.sh --uninstall [--prefix DIR]  # removes what was installed there, and nothing else
#
# DESTDIR=DIR puts everything below DIR, for those who make packages.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=Scripts/lib/setup.sh
source "$root/Scripts/lib/setup.sh"

prefix=/usr/local
uninstalls=
while (($#)); do
  case $1 in
    --prefix)
      [[ -n ${2:-} ]] || die "--prefix needs a folder"
      prefix=$2
      shift 2
      ;;
    --prefix=?*) prefix=${1#*=} && shift ;;
    --uninstall) uninstalls=1 && shift ;;
    -h | --help) sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//p;}' "$0" && exit ;;
    *) die "'$1' is no option; see --help" ;;
  esac
done
[[ $prefix == /* ]] || prefix=$PWD/$prefix
prefix=${prefix%/}
target=${DESTDIR:-}$prefix
# What was installed, one path below the prefix a line.
list=share/wordtool/installed-files

# Removes what the list in $target names, and the folders that this leaves empty.
uninstall() {
  local file folder
  while IFS= read -r file; do
    [[ $file == /* || $file == *..* ]] && die "$target/$list: '$file' is no file below the prefix"
    rm -f "$target/$file"
  done <"$target/$list"
  # The folders of ours first, then those that may have been there before.
  for folder in share/wordtool/atlas share/wordtool/vectors share/wordtool \
    share/doc/wordtool/lesson/docs/lesson/{data,images} share/doc/wordtool/lesson/docs/lesson \
    share/doc/wordtool/lesson/{docs,corpora} share/doc/wordtool/lesson share/doc/wordtool \
    share/man/man1 share/man share/bash-completion/completions share/bash-completion \
    share/zsh/site-functions share/zsh share/fish/vendor_completions.d share/fish share/doc share \
    bin; do
    rmdir "$target/$folder" 2>/dev/null || true
  done
}

if [[ -n $uninstalls ]]; then
  [[ -f $target/$list ]] || die "there is no wordtool in $target: no $list"
  uninstall
  say "removed wordtool from $target"
  exit
fi

# Asked before the build, which takes minutes.
if ! mkdir -p "$target" 2>/dev/null || [[ ! -w $target ]]; then
  die "cannot write in $target. Run it as root, or with --prefix \"\$HOME/.local\""
fi

cd "$root"
set_up
say "building (some minutes the first time)"
log=$(mktemp)
stage=$(mktemp -d)
trap 'rm -rf "$log" "$stage"' EXIT

build() {
  swift build -c release --scratch-path .build/install "${flags[@]}" "$@" >"$log" 2>&1 && return
  tail -n 40 "$log" >&2
  die "the build failed"
}
# What is not called is left out. On macOS Swift's libraries are part of the system.
if [[ $(uname) == Darwin ]]; then
  flags=(-Xlinker -dead_strip)
else
  flags=(--static-swift-stdlib -Xlinker --gc-sections -Xlinker --no-export-dynamic)
  # GNU ld takes a fifth away: no tables for exceptions, which nothing here throws, and relocations packed
  # where the C library (2.36) can read them.
  if command -v ld.bfd >/dev/null; then
    flags+=(-Xswiftc -use-ld=bfd -Xlinker --no-eh-frame-hdr -Xlinker -T
      -Xlinker "$root/Scripts/lib/no-unwind-tables.ld")
    glibc=$(getconf GNU_LIBC_VERSION 2>/dev/null | cut -d ' ' -f 2 || true)
    if [[ -n $glibc && $(printf '%s\n2.36\n' "$glibc" | sort -V | head -n 1) == 2.36 ]] &&
      grep -q pack-relative-relocs <(ld.bfd --help); then
      flags+=(-Xlinker -z -Xlinker pack-relative-relocs)
    fi
  fi
fi
build --product wordtool
build --product generate-manual
built=$(swift build -c release --scratch-path .build/install "${flags[@]}" --show-bin-path)

# Everything is put together first, so that a failure leaves nothing half installed.
install -d "$stage"/{bin,share/{wordtool,doc/wordtool,man/man1,bash-completion/completions}}
install -d "$stage"/share/{zsh/site-functions,fish/vendor_completions.d}
install -m 755 "$built/wordtool" "$stage/bin/wordtool"
strip "$stage/bin/wordtool"
cp -R corpora/atlas corpora/catalogue.json corpora/vectors "$stage/share/wordtool/"
install -m 644 LICENSE CHANGELOG.md "$stage/share/doc/wordtool/"
# The lesson with its data, in folders as its commands name them.
install -d "$stage"/share/doc/wordtool/lesson/{docs,corpora}
cp -R docs/lesson "$stage/share/doc/wordtool/lesson/docs/"
install -m 644 corpora/royalty.txt "$stage/share/doc/wordtool/lesson/corpora/"
"$built/generate-manual" "$stage/bin/wordtool" --multi-page --output-directory "$stage/share/man/man1" \
  >"$log" 2>&1 || die "the manual pages fail: $(tail -n 3 "$log")"
# As man looks for them: wordtool-evaluate-analogies.
for page in "$stage"/share/man/man1/*.1; do
  name=$(basename "$page" .1)
  awk '/^\.Xr / { gsub(/\./, "-", $2) } { print }' "$page" >"$log"
  rm "$page"
  install -m 644 "$log" "$stage/share/man/man1/${name//./-}.1"
done
gzip -9n "$stage"/share/man/man1/*
"$stage/bin/wordtool" --generate-completion-script bash >"$stage/share/bash-completion/completions/wordtool"
"$stage/bin/wordtool" --generate-completion-script zsh >"$stage/share/zsh/site-functions/_wordtool"
"$stage/bin/wordtool" --generate-completion-script fish \
  >"$stage/share/fish/vendor_completions.d/wordtool.fish"
# From the vectors that ship, whatever the user's own default is.
env -u WORDTOOL_VECTORS XDG_DATA_HOME="$stage/none" "$stage/bin/wordtool" nearest sweden -k 1 >/dev/null ||
  die "the installed tool does not answer"

# An older one goes first, so that nothing of it stays behind.
[[ ! -f $target/$list ]] || uninstall
(cd "$stage" && find . -type f | sed 's|^\./||' | LC_ALL=C sort) >"$log"
printf '%s\n' "$list" >>"$log"
install -m 644 "$log" "$stage/$list"
mkdir -p "$target"
cp -R "$stage"/. "$target/"
say "installed wordtool $("$target/bin/wordtool" --version) in $target ($(
  du -h "$target/bin/wordtool" | cut -f 1
) without its data)"
if [[ -z ${DESTDIR:-} && ":$PATH:" != *":$prefix/bin:"* ]]; then
  say "$prefix/bin is not on PATH: add it, or call $prefix/bin/wordtool"
fi
