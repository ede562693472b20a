/// A word rule of our own, so that words do not change with the version of ICU.
///
/// ICU's rule for words changes between versions in more than rare words: whether an `@` is a letter
/// (ICU 72), whether a colon joins letters (from ICU 77 on, and by locale before). This one says the
/// word boundary rules of Unicode Standard Annex 29 in ICU's notation, and ICU compiles it when the first
/// text comes. Its version is stored in files as ``TokenizerRule/Boundaries``; a change of a boundary is
/// a new version.
///
/// It differs from the annex where ICU does: runs of characters that are looked up in dictionaries stay
/// together until ICU has cut them by its dictionaries, and a colon joins letters (WB6, WB7) in Finnish and
/// Swedish only. ICU's other tailoring of words, that of the locale `en_US_POSIX`, is left out. Under
/// ICU 72 it gives ICU's boundaries and rule statuses for every text without an `@`.
///
/// Letters, digits, marks and ideographs are those that the ICU in use knows, but for the few whose class
/// Unicode has changed after version 15.0: they keep the one they had, as all signs do. What is left of
/// the version of ICU are its dictionaries and letters that are new to Unicode.
struct WordRule: Hashable {
  /// Whether a colon between letters joins them.
  let joinsAtColon: Bool

  /// The rule for a locale.
  init(locale: String) {
    let language = localeLanguage(locale)
    joinsAtColon = language == "fi" || language == "sv"
  }

  /// The rule in ICU's notation, with `!!chain`: where the last character of one line is the first of
  /// another, a match goes on with that line, so each line joins two neighbours. The number in braces
  /// is the rule status of a segment that ends there.
  var source: String {
    Self.classes
      + (joinsAtColon
        ? "$InWord = [\\u003A \\uFE55 \\uFF1A $MidLetter $MidBoth $Apostrophe];\n"
        : "$InWord = [$MidLetter $MidBoth $Apostrophe];\n")
      + Self.joins
  }

  private static let classes = #"""
    !!chain;
    !!quoted_literals_only;

    # Properties are ICU's for letters, digits, marks and ideographs. All else is listed, as it is in
    # Unicode 15.0: one property costs ICU as much time as a hundred ranges.

    # What WB4 passes over. Marks of the script Han go to the dictionary instead.
    $Extend = [[:Word_Break = Extend:] - [\U00016FF0 \U00016FF1]];
    $Joiner = [\u200D];
    $Format = [
      \u00AD \u0600-\u0605 \u061C \u06DD \u070F \u0890 \u0891 \u08E2 \u180E \u200E \u200F
      \u202A-\u202E \u2060-\u2064 \u2066-\u206F \uFEFF \uFFF9-\uFFFB \U000110BD \U000110CD
      \U00013430-\U0001343F \U0001BCA0-\U0001BCA3 \U0001D173-\U0001D17A \U000E0001];
    $Passed = [$Extend $Joiner $Format];
    $LineEnd = [\u000A-\u000D \u0085 \u2028 \u2029];
    $Space = [\u0020 \u1680 \u2000-\u2006 \u2008-\u200A \u205F \u3000];
    $Flag = [\U0001F1E6-\U0001F1FF];
    # Extended_Pictographic.
    $Picture = [
      \u00A9 \u00AE \u203C \u2049 \u2122 \u2139 \u2194-\u2199 \u21A9-\u21AA \u231A-\u231B
      \u2328 \u2388 \u23CF \u23E9-\u23F3 \u23F8-\u23FA \u24C2 \u25AA-\u25AB \u25B6 \u25C0
      \u25FB-\u25FE \u2600-\u2605 \u2607-\u2612 \u2614-\u2685 \u2690-\u2705 \u2708-\u2712
      \u2714 \u2716 \u271D \u2721 \u2728 \u2733-\u2734 \u2744 \u2747 \u274C \u274E
      \u2753-\u2755 \u2757 \u2763-\u2767 \u2795-\u2797 \u27A1 \u27B0 \u27BF \u2934-\u2935
      \u2B05-\u2B07 \u2B1B-\u2B1C \u2B50 \u2B55 \u3030 \u303D \u3297 \u3299
      \U0001F000-\U0001F0FF \U0001F10D-\U0001F10F \U0001F12F \U0001F16C-\U0001F171
      \U0001F17E-\U0001F17F \U0001F18E \U0001F191-\U0001F19A \U0001F1AD-\U0001F1E5
      \U0001F201-\U0001F20F \U0001F21A \U0001F22F \U0001F232-\U0001F23A
      \U0001F23C-\U0001F23F \U0001F249-\U0001F3FA \U0001F400-\U0001F53D
      \U0001F546-\U0001F64F \U0001F680-\U0001F6FF \U0001F774-\U0001F77F
      \U0001F7D5-\U0001F7FF \U0001F80C-\U0001F80F \U0001F848-\U0001F84F
      \U0001F85A-\U0001F85F \U0001F888-\U0001F88F \U0001F8AE-\U0001F8FF
      \U0001F90C-\U0001F93A \U0001F93C-\U0001F945 \U0001F947-\U0001FAFF
      \U0001FC00-\U0001FFFD];

    # Written without spaces: ICU looks for words in runs of the set that is called dictionary.
    # Line_Break = Complex_Context; Word_Break = Katakana; Script = Hiragana; Script = Han, in which
    # Tangut, Nushu, Khitan and two signs that are ideographs are not.
    $Complex = [
      \u0E01-\u0E3A \u0E40-\u0E4E \u0E81 \u0E82 \u0E84 \u0E86-\u0E8A \u0E8C-\u0EA3 \u0EA5
      \u0EA7-\u0EBD \u0EC0-\u0EC4 \u0EC6 \u0EC8-\u0ECE \u0EDC-\u0EDF \u1000-\u103F \u1050-\u108F
      \u109A-\u109F \u1780-\u17D3 \u17D7 \u17DC \u17DD \u1950-\u196D \u1970-\u1974 \u1980-\u19AB
      \u19B0-\u19C9 \u19DA \u19DE \u19DF \u1A20-\u1A5E \u1A60-\u1A7C \u1AA0-\u1AAD \uA9E0-\uA9EF
      \uA9FA-\uA9FE \uAA60-\uAAC2 \uAADB-\uAADF \U00011700-\U0001171A \U0001171D-\U0001172B
      \U0001173A \U0001173B \U0001173F-\U00011746];
    $Hangul = [\uAC00-\uD7A3];
    $Katakana = [
      \u3031-\u3035 \u309B \u309C \u30A0-\u30FA \u30FC-\u30FF \u31F0-\u31FF \u32D0-\u32FE
      \u3300-\u3357 \uFF66-\uFF9D \U0001AFF0-\U0001AFF3 \U0001AFF5-\U0001AFFB
      \U0001AFFD \U0001AFFE \U0001B000 \U0001B120-\U0001B122 \U0001B155 \U0001B164-\U0001B167];
    $Kana = [
      $Katakana \u3041-\u3096 \u309D-\u309F \U0001B001-\U0001B11F \U0001B132 \U0001B150-\U0001B152
      \U0001F200];
    $Ideograph = [:Ideographic:];
    $EastAsian = [
      [$Ideograph - [\u3006 \U00016FE4 \U00017000-\U00018DFF \U0001B170-\U0001B2FF]] $Kana
      \u2E80-\u2E99 \u2E9B-\u2EF3 \u2F00-\u2FD5 \u3005 \u303B \U00016FE2 \U00016FE3
      \U00016FF0 \U00016FF1];
    $dictionary = [$Complex $Hangul $EastAsian];

    # Letters; a letter only since Unicode 17 is U+00B8.
    $Hebrew = [
      \u05D0-\u05EA \u05EF-\u05F2 \uFB1D \uFB1F-\uFB28 \uFB2A-\uFB36 \uFB38-\uFB3C \uFB3E
      \uFB40 \uFB41 \uFB43 \uFB44 \uFB46-\uFB4F];
    $Letter = [
      [[:Word_Break = ALetter:] - $Hangul - $EastAsian - $Format - [\u00B8]]
      [$Complex - $Extend] $Hebrew];
    $Digit = [[:Word_Break = Numeric:] - $Format - $Complex];
    $Connector = [_ \u202F \u203F \u2040 \u2054 \uFE33 \uFE34 \uFE4D-\uFE4F \uFF3F];
    $Apostrophe = [\u0027];
    $Quotation = [\u0022];
    $MidLetter = [\u00B7 \u0387 \u055F \u05F4 \u2027 \uFE13];
    $MidBoth = [\u002E \u2018 \u2019 \u2024 \uFE52 \uFF07 \uFF0E];
    $InNumber = [
      \u002C \u003B \u037E \u0589 \u060C \u060D \u066C \u07F8 \u2044 \uFE10 \uFE14 \uFE50 \uFE54
      \uFF0C \uFF1B $MidBoth $Apostrophe];

    """#

  private static let joins = #"""

    # WB3, WB3c, WB3d, WB4. WB3a and WB3b: no other line has a line end in it.
    \u000D \u000A;
    $Joiner $Picture;
    $Space $Space;
    [^$LineEnd] $Passed*;

    # What a segment is: the status of its last character that WB4 does not pass over.
    $Letter $Passed* {200};
    $Digit $Passed* {100};
    $Ideograph $Passed* {400};
    $Kana $Passed* {400};
    $Hangul {200};

    # WB5, WB6 with WB7, WB7a, WB7b with WB7c.
    $Letter $Passed* $Letter;
    $Letter $Passed* $InWord $Passed* $Letter;
    $Hebrew $Passed* $Apostrophe {200};
    $Hebrew $Passed* $Quotation $Passed* $Hebrew;

    # WB8, WB9, WB10, WB11 with WB12.
    $Digit $Passed* $Digit;
    $Letter $Passed* $Digit;
    $Digit $Passed* $Letter;
    $Digit $Passed* $InNumber $Passed* $Digit;

    # WB13, WB13a, WB13b.
    $Katakana $Passed* $Katakana;
    $Letter $Passed* $Connector {200};
    $Digit $Passed* $Connector {100};
    $Katakana $Passed* $Connector {400};
    $Connector $Passed* $Connector {200};
    $Connector $Passed* $Letter;
    $Connector $Passed* $Digit;
    $Connector $Passed* $Katakana;

    # WB15, WB16: a flag is two, counted from where the segment starts.
    ^$Flag $Passed* $Flag;

    # For the dictionaries: whole runs.
    $Hangul $Hangul {200};
    $EastAsian $EastAsian {400};

    # WB999.
    .;
    """#
}
