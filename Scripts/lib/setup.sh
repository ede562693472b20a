# shellcheck shell=bash
# What the scripts share: messages, the check for Swift, and the libraries of the system.
# To be sourced, not run. Keeps to what bash 3.2 knows, which is what macOS has.

# The oldest Swift that Package.swift accepts.
readonly swift_needed=6.2

# What the build needs beside Swift, one requirement a line: a probe, then its package on Debian or
# Ubuntu, Fedora, Arch and Homebrew. A dash: the system has it anyway.
readonly requirements='
command:git           git              git              git              git
command:pkg-config    pkg-config       pkgconf          pkgconf          pkgconf
file:certificates     ca-certificates  -                -                -
library:icu-uc        libicu-dev       libicu-devel     icu              icu4c
library:openblas      libopenblas-dev  openblas-devel   openblas         openblas
library:zlib          zlib1g-dev       zlib-devel       zlib             zlib
library:libpng        libpng-dev       libpng-devel     libpng           libpng
library:libxml-2.0    libxml2-dev      libxml2-devel    libxml2          libxml2
library:libturbojpeg  libturbojpeg0-dev turbojpeg-devel libjpeg-turbo    jpeg-turbo
'

# What the tests need as well, in the same columns: libraries that are looked for when they are used.
more_requirements=

say() { printf '== %s\n' "$*"; }

die() {
  printf '%s: error: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

# Whether the requirement with probe $1 is met here.
is_present() {
  local name=${1#*:}
  case ${1%%:*} in
    command) command -v "$name" >/dev/null ;;
    library) command -v pkg-config >/dev/null && pkg-config --exists "$name" ;;
    shared) is_shared_library "$name" ;;
    # What git needs for https; asked for only where Debian keeps it.
    file) [[ ! -e /etc/debian_version || -s /etc/ssl/certs/ca-certificates.crt ]] ;;
  esac
}

# Whether a library can be opened at run time.
is_shared_library() {
  if [[ $(uname) == Darwin ]]; then
    compgen -G "/opt/homebrew/lib/$1.*dylib" >/dev/null || compgen -G "/usr/local/lib/$1.*dylib" >/dev/null
  else
    PATH=$PATH:/sbin:/usr/sbin ldconfig -p | grep -F "$1.so" >/dev/null
  fi
}

# Prints the missing packages on one line, under their names in column $1 of the table.
missing_packages() {
  local probe debian fedora arch brew names=()
  while read -r probe debian fedora arch brew; do
    if [[ -n $probe ]] && ! is_present "$probe"; then
      names=("$debian" "$fedora" "$arch" "$brew")
      [[ ${names[$1]} == - ]] || printf '%s ' "${names[$1]}"
    fi
  done <<<"$requirements$more_requirements"
}

# Runs apt-get as root, by sudo where needed.
apt_get() {
  local command=(env DEBIAN_FRONTEND=noninteractive apt-get -q -y)
  [[ $EUID -eq 0 ]] || command=(sudo "${command[@]}")
  # On a fresh machine the system's own updates often hold the lock: wait for it.
  "${command[@]}" -o DPkg::Lock::Timeout=300 "$@"
}

# Installs the packages named, or says how to.
install_with_apt() {
  # Without a terminal sudo cannot ask for a password, so it must not need one.
  if [[ $EUID -ne 0 ]] &&
    ! { command -v sudo >/dev/null && { [[ -t 0 ]] || sudo -n true 2>/dev/null; }; }; then
    die "packages are missing, and there is neither root nor sudo to install them. As root, run:
  apt-get update && apt-get install $*"
  fi
  say "installing $*"
  local log
  log=$(mktemp)
  if ! { apt_get update && apt_get install --no-install-recommends "$@"; } >"$log" 2>&1; then
    tail -n 20 "$log" >&2
    rm -f "$log"
    die "apt-get could not install: $*"
  fi
  rm -f "$log"
}

# Makes sure that everything in the table is here: installs it where there is apt, and says the
# command elsewhere.
require_packages() {
  if [[ $(uname) == Darwin ]] && command -v brew >/dev/null; then
    # Homebrew keeps these out of the default search path.
    local formula
    for formula in icu4c openblas zlib libpng jpeg-turbo; do
      PKG_CONFIG_PATH=$(brew --prefix "$formula")/lib/pkgconfig:${PKG_CONFIG_PATH:-}
    done
    export PKG_CONFIG_PATH
  fi
  local missing
  missing=$(missing_packages 0)
  [[ -n $missing ]] || return 0
  if command -v apt-get >/dev/null; then
    # shellcheck disable=SC2086 # one word a package
    install_with_apt $missing
    missing=$(missing_packages 0)
    [[ -z $missing ]] || die "installed, and still not found: $missing"
  elif command -v dnf >/dev/null; then
    die "packages are missing. Run: sudo dnf install $(missing_packages 1)"
  elif command -v pacman >/dev/null; then
    die "packages are missing. Run: sudo pacman -S --needed $(missing_packages 2)"
  elif [[ $(uname) == Darwin ]]; then
    die "packages are missing. With Homebrew (https://brew.sh), run: brew install $(missing_packages 3)"
  else
    die "missing, under the names they have on Debian: $missing
  pkg-config must find icu-uc, openblas, zlib, libpng and libturbojpeg."
  fi
}

# Makes sure that `swift` is here and new enough.
require_swift() {
  local remedy="Get Swift $swift_needed or later from https://www.swift.org/install and put it on PATH."
  # Where swiftly, Swift's own installer, puts it before the next login.
  local swiftly=${SWIFTLY_BIN_DIR:-$HOME/.local/share/swiftly/bin}
  if ! command -v swift >/dev/null && [[ -x $swiftly/swift ]]; then
    PATH=$swiftly:$PATH
  fi
  command -v swift >/dev/null || die "there is no swift here. $remedy"
  local text version
  text=$(swift --version 2>&1) || die "'swift --version' fails: $text"
  version=$(sed -n 's/.*Swift version \([0-9][0-9]*\.[0-9][0-9]*\).*/\1/p' <<<"$text" | head -n 1)
  [[ -n $version ]] || die "cannot tell the version of swift from: $text"
  if ((${version%.*} < ${swift_needed%.*} ||
    (${version%.*} == ${swift_needed%.*} && ${version#*.} < ${swift_needed#*.}))); then
    die "this is Swift $version, and the project needs $swift_needed. $remedy"
  fi
}

# All that has to be there before the first build.
set_up() {
  require_swift
  require_packages
  say "set-up: $(swift --version 2>/dev/null | head -n 1)"
}

# Sets `wordtool` to the program: the one that $WORDTOOL names, or one that is built for release here; $1
# is a file for what the build says.
find_wordtool() {
  wordtool=${WORDTOOL:-}
  if [[ -z $wordtool ]]; then
    set_up
    say "building"
    if ! swift build -c release --product wordtool >"$1" 2>&1; then
      tail -n 40 "$1" >&2
      die "the build failed"
    fi
    wordtool=$(swift build -c release --show-bin-path)/wordtool
  fi
  [[ -x $wordtool ]] || die "$wordtool cannot be run"
  wordtool=$(cd "$(dirname "$wordtool")" && pwd)/$(basename "$wordtool")
}
