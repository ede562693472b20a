/// Analogy questions in sections: Google's, Microsoft's and BATS as they are published.
///
/// | Layout | A line | A section |
/// | --- | --- | --- |
/// | questions-words.txt (Mikolov et al. 2013a) | `a b c d` | the lines behind `: name` |
/// | MSR (Mikolov, Yih and Zweig 2013) | `a b c KIND d`; or `a b c` in `x.questions` with `KIND d` in `x.answers` beside it | the lines of a kind |
/// | BATS (Gladkova, Drozd and Matsuoka 2016) | `a<TAB>b/b'/…` | a file; each pair of different lines is a question |
///
/// A question asks `a : b = c : ?` with the answer d. A folder holds any number of files in any of these
/// layouts.
public struct AnalogyQuestions: Hashable, Sendable {
  /// One question.
  public struct Question: Hashable, Sendable {
    /// The words a, b, c and the answer d, as they stand in the file.
    public let words: [String]
    /// Words that may stand for b where the vectors do not have it, in the order of the file.
    public let otherB: [String]
    /// Words that are right as well as d.
    public let otherAnswers: [String]

    init(_ words: [String], otherB: [String] = [], otherAnswers: [String] = []) {
      self.words = words
      self.otherB = otherB
      self.otherAnswers = otherAnswers
    }
  }

  /// Questions about one relation.
  public struct Section: Hashable, Sendable {
    /// The name, such as `capital-common-countries`.
    public let name: String
    /// The file of a folder that it stands in, without its suffix; nil where one file was read.
    public let set: String?
    /// Whether the section asks about grammar: by custom its name then starts with `gram`; of BATS the
    /// files whose names start with I or D (inflection, derivation), and all of MSR.
    public let isSyntactic: Bool
    /// The questions in the order of the file.
    public let questions: [Question]

    init(name: String, set: String? = nil, isSyntactic: Bool, questions: [Question]) {
      self.name = name
      self.set = set
      self.isSyntactic = isSyntactic
      self.questions = questions
    }
  }

  /// The sections in the order of the file; of a folder file by file, by name.
  public let sections: [Section]

  init(sections: [Section]) { self.sections = sections }
}
