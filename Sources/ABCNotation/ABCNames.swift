/// Names that the notation gives a meaning.
enum ABCNames {
  /// The letters that stand for ornaments and articulations without `U:`.
  static let shorthands: [Unicode.Scalar: String] = [
    ".": "staccato", "~": "roll", "H": "fermata", "L": "accent", "M": "lowermordent",
    "O": "coda", "P": "uppermordent", "S": "segno", "T": "trill", "u": "upbow", "v": "downbow",
  ]

  /// What may stand between exclamation marks: section 4.14 of the standard, with spellings in use.
  static let decorations: Set<String> = [
    "trill", "trill(", "trill)", "lowermordent", "uppermordent", "mordent", "pralltriller", "roll",
    "turn", "turnx", "invertedturn", "invertedturnx", "arpeggio", ">", "accent", "emphasis",
    "fermata", "invertedfermata", "tenuto", "0", "1", "2", "3", "4", "5", "+", "plus", "snap",
    "slide", "wedge", "upbow", "downbow", "open", "thumb", "breath", "pppp", "ppp", "pp", "p",
    "mp", "mf", "f", "ff", "fff", "ffff", "sfz", "crescendo(", "<(", "crescendo)", "<)",
    "diminuendo(", ">(", "diminuendo)", ">)", "segno", "coda", "D.S.", "D.C.", "dacoda",
    "dacapo", "fine", "shortphrase", "mediumphrase", "longphrase", "staccato", "marcato", "^",
    "sfp", "/", "//", "///", "rbstop", "beambr1", "beambr2", "xstem", "nil",
  ]

  /// Chords by what follows the root.
  static let chords: Set<String> = [
    "", "m", "7", "m7", "m7b5", "maj7", "M7", "6", "m6", "aug", "+", "aug7", "dim", "dim7", "9",
    "m9", "maj9", "M9", "11", "dim9", "sus", "sus4", "sus2", "7sus2", "7sus4", "5",
  ]

  /// Chords that the standard knows or that are seen, and not every program.
  static let rareChords: Set<String> = [
    "min", "maj", "min7", "min6", "13", "m11", "maj11", "maj13", "sus9", "7sus9", "add9", "6/9",
    "dim7b5", "7b9", "7#9", "7b5", "7#5", "M", "-", "o", "min9", "69", "aug9",
  ]
}
