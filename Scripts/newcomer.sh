#!/usr/bin/env bash
# A newcomer's two ways to a first answer of a text of one's own, by the clock, each in a system with
# nothing in it but what Debian begins with.
#
#   Scripts/newcomer.sh [--deb FILE] [--only package|clone] [FOLDER]
#
# package  apt install of what Scripts/deb.sh makes (or of FILE), training, the answer: at most 60 s.
# clone    git clone, Scripts/quickstart.sh, training, the answer: at most 300 s. Swift is this machine's,
#          with the packages that swift.org names for it: both are there before the clock starts.
#
# FOLDER (.build/newcomer without) keeps the base of both systems for the next time. What is cloned is the last
# commit. Needs root, debootstrap, and Debian or Ubuntu.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=Scripts/lib/setup.sh
source "$root/Scripts/lib/setup.sh"

# The most that each way may take, in seconds.
readonly package_limit=60 clone_limit=300
# What Swift needs beside itself, as https://www.swift.org/install says for Debian; git and certificates come
# with them, or nobody could clone.
readonly swift_packages=(binutils-gold g++ git ca-certificates libcurl4-openssl-dev libedit-dev libicu-dev
  libncurses-dev libpython3-dev libsqlite3-dev libxml2-dev pkg-config tzdata uuid-dev)
# The word asked for: the text is this project's documentation.
readonly word=lstm

package='' ways='package clone' folder=
while (($#)); do
  case $1 in
    --deb)
      [[ -f ${2:-} ]] || die "--deb needs a package"
      package=$(realpath "$2")
      shift 2
      ;;
    --only)
      [[ ${2:-} == package || ${2:-} == clone ]] || die "--only needs 'package' or 'clone'"
      ways=$2
      shift 2
      ;;
    -h | --help) sed -n '2,/^set/{/^set/d;s/^# \{0,1\}//p;}' "$0" && exit ;;
    -*) die "'$1' is no option; see --help" ;;
    *)
      [[ -z $folder ]] || die "'$1' is one folder too many"
      folder=$1
      shift
      ;;
  esac
done
folder=${folder:-$root/.build/newcomer}
[[ $EUID -eq 0 ]] || die "only root can make a system inside of this one"
for tool in debootstrap unshare chroot; do
  command -v "$tool" >/dev/null || die "$tool is missing (apt install debootstrap util-linux coreutils)"
done
release=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
mirror=http://deb.debian.org/debian
! grep -q '^ID=ubuntu$' /etc/os-release || mirror=http://archive.ubuntu.com/ubuntu
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)

# Mounts are made in a namespace of their own and gone with it: what is removed here holds no mount.
if [[ -z ${NEWCOMER_INSIDE:-} ]]; then
  options=()
  [[ -z $package ]] || options+=(--deb "$package")
  [[ $ways == *' '* ]] || options+=(--only "$ways")
  status=0
  NEWCOMER_INSIDE=1 unshare --mount "$0" ${options[@]+"${options[@]}"} "$folder" || status=$?
  rm -rf --one-file-system "$folder"/system.*
  exit "$status"
fi

log=$folder/log
table=
over=

# Runs a command in system $1, without anything of this machine's environment.
inside() {
  local system=$1
  shift
  chroot "$system" /usr/bin/env -i HOME=/root LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
    PATH="${toolchain:+$toolchain:}/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" \
    bash -c 'cd && "$@"' _ "$@"
}

# Runs a step in system $1 and notes what it took under name $2.
step() {
  local system=$1 name=$2 start=$EPOCHREALTIME taken
  shift 2
  inside "$system" "$@" >"$log" 2>&1 || {
    tail -n 40 "$log" >&2
    die "failed: $*"
  }
  taken=$(awk -v from="$start" -v to="$EPOCHREALTIME" 'BEGIN { printf "%.1f", to - from }')
  table+="$way"$'\t'"$name"$'\t'"$taken"$'\n'
}

# A folder of this machine at the same place in system $1, to read only.
lend() {
  mkdir -p "$1$2"
  mount --bind "$2" "$1$2"
  mount -o remount,bind,ro "$1$2"
}

# Copies the base to a new system; sets `system`.
make_system() {
  system=$(mktemp -d "$folder/system.XXXXXX")
  cp -a "$1/." "$system"
  mount -t proc proc "$system/proc"
  mount --rbind /dev "$system/dev"
  cp /etc/resolv.conf "$system/etc/resolv.conf"
  # Text with pictures between, as folders are.
  cp -R "$root/docs" "$system/root/notes"
}

# The answer has five words, and the vectors learnt something: a warning would say that they did not.
check_answer() {
  local answers
  answers=$(grep -cE '^[^[:space:]]+[[:space:]]+0\.[0-9]+$' "$log" || true)
  [[ $answers == 5 ]] || { cat "$log" >&2 && die "expected five words near '$word'"; }
  cat "$log"
}

# Adds up what the steps of a way took, and compares with $1.
sum_up() {
  local total
  total=$(awk -F '\t' -v way="$way" '$1 == way { sum += $3 } END { printf "%.1f", sum }' <<<"$table")
  table+="$way"$'\t'"all of it, of at most $1"$'\t'"$total"$'\n'
  if awk -v total="$total" -v most="$1" 'BEGIN { exit !(total > most) }'; then over+=" $way"; fi
}

if [[ ! -f $folder/base/etc/debian_version ]]; then
  say "a system of $release"
  rm -rf --one-file-system "$folder/base"
  debootstrap --variant=minbase "$release" "$folder/base.new" "$mirror" >"$log" 2>&1 ||
    { tail -n 20 "$log" >&2 && die "debootstrap fails"; }
  mv "$folder/base.new" "$folder/base"
fi

if [[ $ways == *package* ]]; then
  way=package
  toolchain=
  if [[ -z $package ]]; then
    say "the package"
    mkdir -p "$folder/package"
    rm -f "$folder"/package/*.deb
    "$root/Scripts/deb.sh" "$folder/package" >"$log" 2>&1 || { tail -n 40 "$log" >&2 && die "deb.sh fails"; }
    package=$(echo "$folder"/package/*.deb)
  fi
  say "apt install ./wordtool.deb, in a system of its own"
  make_system "$folder/base"
  cp "$package" "$system/root/wordtool.deb"
  step "$system" "apt-get update" apt-get update -q
  step "$system" "apt-get install ./wordtool.deb" apt-get install -q -y ./wordtool.deb
  step "$system" "wordtool train-embeddings notes/" wordtool train-embeddings notes/
  step "$system" "wordtool nearest $word -k 5" wordtool nearest "$word" -k 5
  check_answer
  sum_up $package_limit
fi

if [[ $ways == *clone* ]]; then
  way=clone
  require_swift
  toolchain=$(dirname "$(readlink -f "$(command -v swift)")")
  say "git clone and Scripts/quickstart.sh, in a system of its own"
  make_system "$folder/base"
  # Not by the clock: what has to be there before.
  { inside "$system" apt-get update -q &&
    inside "$system" apt-get install -q -y --no-install-recommends "${swift_packages[@]}"; } >"$log" 2>&1 ||
    { tail -n 20 "$log" >&2 && die "apt-get could not install what Swift needs"; }
  lend "$system" "$(dirname "$toolchain")"
  lend "$system" "$root"
  git config --file "$system/root/.gitconfig" --add safe.directory '*'
  # Where packages come from a mirror, they come from it inside as well.
  while read -r key value; do
    place=${key#url.}
    place=${place%.insteadof}
    [[ ! -d $place ]] || lend "$system" "${place%/}"
    git config --file "$system/root/.gitconfig" --add "$key" "$value"
  done < <(git config --get-regexp '^url\..*\.insteadof$' || true)
  step "$system" "git clone" git clone -q "$root" wordtool
  step "$system" "Scripts/quickstart.sh" wordtool/Scripts/quickstart.sh
  tool=wordtool/.build/release/wordtool
  step "$system" "wordtool train-embeddings notes/" "$tool" train-embeddings notes/
  step "$system" "wordtool nearest $word -k 5" "$tool" nearest "$word" -k 5
  check_answer
  sum_up $clone_limit
fi

say "seconds, on $(nproc) processors"
awk -F '\t' 'NF == 3 { printf "%-8s %-40s %8.1f\n", $1, $2, $3 }' <<<"$table"
[[ -z $over ]] || die "took too long:$over"
