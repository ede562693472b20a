#!/usr/bin/env bash
# Makes a Debian package of what Scripts/install.sh installs: wordtool_VERSION_ARCHITECTURE.deb.
#
#   Scripts/deb.sh [FOLDER]       # where the package goes; the present folder without
#
# It fits the release of Debian or Ubuntu it is made on, whose ICU and OpenBLAS it names. DEBFULLNAME and
# DEBEMAIL, as in Debian's own tools, say who makes it.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=Scripts/lib/setup.sh
source "$root/Scripts/lib/setup.sh"

folder=${1:-.}
[[ -d $folder ]] || die "$folder is no folder"
folder=$(cd "$folder" && pwd)
command -v dpkg-deb >/dev/null || die "there is no dpkg-deb here: packages are made on Debian or Ubuntu"
command -v dpkg-shlibdeps >/dev/null || install_with_apt dpkg-dev

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
package=$work/package
mkdir -p "$package/DEBIAN" "$work/debian"
DESTDIR=$package "$root/Scripts/install.sh" --prefix /usr
# dpkg knows what it has installed.
rm "$package/usr/share/wordtool/installed-files"
mv "$package/usr/share/doc/wordtool/LICENSE" "$package/usr/share/doc/wordtool/copyright"
gzip -9n "$package/usr/share/doc/wordtool/CHANGELOG.md"
# Where Debian looks for them.
mkdir -p "$package/usr/share/zsh/vendor-completions"
mv "$package/usr/share/zsh/site-functions/_wordtool" "$package/usr/share/zsh/vendor-completions/"
rmdir "$package/usr/share/zsh/site-functions"

version=$("$package/usr/bin/wordtool" --version)
architecture=$(dpkg --print-architecture)
# The packages whose libraries the binary is linked with.
printf 'Source: wordtool\n\nPackage: wordtool\nArchitecture: any\n' >"$work/debian/control"
depends=$(cd "$work" && dpkg-shlibdeps -O package/usr/bin/wordtool 2>"$work/log") ||
  die "dpkg-shlibdeps fails: $(tail -n 3 "$work/log")"

cat >"$package/DEBIAN/control" <<END
Package: wordtool
Version: $version
Architecture: $architecture
Maintainer: ${DEBFULLNAME:-wordtool} <${DEBEMAIL:-wordtool@localhost}>
Installed-Size: $(du -sk "$package/usr" | cut -f 1)
Depends: ${depends#shlibs:Depends=}
Suggests: libcurl4, librsvg2-2
Section: science
Priority: optional
Description: word vectors from raw text, and answers out of them
 Trains word vectors (skip-gram, CBOW, with n-grams), reads and writes the formats of word2vec,
 fastText, GloVe, finalfusion, spaCy and others, and answers questions about them. With tokenizer,
 encoders, language models, text classifiers and convolutional networks.
END
(cd "$package" && find usr -type f -print0 | LC_ALL=C sort -z | xargs -0 md5sum) \
  >"$package/DEBIAN/md5sums"
file=$folder/wordtool_${version}_$architecture.deb
dpkg-deb --root-owner-group --build "$package" "$file" >"$work/log" ||
  die "dpkg-deb fails: $(tail -n 3 "$work/log")"
say "made $file. Install it: apt install $file"
