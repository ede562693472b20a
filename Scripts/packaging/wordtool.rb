# Homebrew's formula, to be put into a tap. `Scripts/release.sh --formula` fills in the address and the
# digest of a release.
class Wordtool < Formula
  desc "Word vectors from raw text, and answers out of them"
  homepage "https://example.org/wordtool"
  url "https://example.org/wordtool/archive/0.1.0.tar.gz"
  sha256 "0000000000000000000000000000000000000000000000000000000000000000"
  license "Apache-2.0"

  depends_on "pkgconf" => :build
  depends_on xcode: ["26.0", :build]
  depends_on "icu4c@78"
  depends_on "jpeg-turbo"
  depends_on "libpng"
  depends_on macos: :sequoia
  depends_on "openblas"

  uses_from_macos "curl"
  uses_from_macos "libxml2"
  uses_from_macos "zlib"

  def install
    # The script builds, strips, writes manual pages and completions, and asks the result a question.
    system "Scripts/install.sh", "--prefix", prefix
  end

  test do
    assert_match "norway", shell_output("#{bin}/wordtool nearest sweden -k 5")
    (testpath/"text.txt").write("the cat sat on the mat\n" * 50)
    assert_match "cat\t50", shell_output("#{bin}/wordtool vocab text.txt -q")
  end
end
