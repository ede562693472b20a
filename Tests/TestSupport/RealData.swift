import Libc

/// The folder of real texts and data that `WORDTOOL_CORPORA` names, and whether long tests run.
public enum RealData {
  /// The folder, or nil when the variable is not set.
  public static let folder: String? = getenv("WORDTOOL_CORPORA").map { String(cString: $0) }

  /// Whether every one of these files is there: `analogy/questions-words.txt`.
  public static func has(_ names: String...) -> Bool {
    guard let folder else { return false }
    return names.allSatisfy { access("\(folder)/\($0)", R_OK) == 0 }
  }

  /// The path of a file that ``has(_:)`` found.
  public static func path(_ name: String) -> String { (folder ?? "") + "/" + name }

  /// Whether `WT_SANITIZED=1` says that a sanitizer watches: texts are to be shorter then.
  public static let isSanitized = getenv("WT_SANITIZED").map { String(cString: $0) } == "1"

  /// Whether `WT_SLOW_TESTS=1` asks for the long tests.
  public static let slowTestsAreWanted =
    getenv("WT_SLOW_TESTS").map { String(cString: $0) } == "1"
}
