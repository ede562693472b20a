import Libc

/// The folder of public corpora that some tests read, and whether slow tests run.
public enum TestCorpora {
  /// The folder WORDTOOL_CORPORA names, if it is set.
  public static var folder: String? { getenv("WORDTOOL_CORPORA").map { String(cString: $0) } }

  /// Whether the corpora are there.
  public static var arePresent: Bool { folder != nil }

  /// Whether WT_SLOW_TESTS=1 is set.
  public static var runsSlowTests: Bool {
    getenv("WT_SLOW_TESTS").map { String(cString: $0) } == "1"
  }
}
