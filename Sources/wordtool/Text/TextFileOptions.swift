import ArgumentParser
import Tokenize
import WordtoolCore

/// `--encoding`.
struct EncodingOption: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The encoding of the text: utf-8, auto, or a name ICU knows such as latin-1 or utf-16. A byte "
        + "order mark tells it whatever is said here.",
      valueName: "name"))
  var encoding = TextEncoding.utf8
}

/// What is taken of folders and pages.
struct FolderTextOptions: ParsableArguments {
  @Flag(
    help: ArgumentHelp(
      "Take the text of files that are HTML, by their name or how they begin. (default: tags are "
        + "text like any other, and folders are read without such files)"))
  var html = false

  @Option(
    help: ArgumentHelp(
      "Take only the files of folders that match, such as '*.txt'; may be given again.",
      valueName: "glob"))
  var include: [String] = []

  @Option(
    help: ArgumentHelp(
      "Pass over the files and folders in folders that match; may be given again.",
      valueName: "glob"))
  var exclude: [String] = []

  /// The files that some paths stand for, as ``TextFileOptions/files(_:)`` has them.
  fileprivate func files(
    _ paths: [String], encoding: TextEncoding, isStrict: Bool = false
  ) throws -> [String] {
    try InputFiles.told(
      paths, selection: .init(included: include, excluded: exclude), encoding: encoding,
      isStrict: isStrict)
  }
}

/// Which files are read as text, and how, where what is invalid in its encoding is always replaced.
struct TextInputOptions: ParsableArguments {
  @OptionGroup var encodingOption: EncodingOption
  @OptionGroup var folders: FolderTextOptions

  /// All of these options, as they are written.
  static let names = ["--encoding", "--html", "--include", "--exclude"]

  /// The encoding of the text.
  var encoding: TextEncoding {
    folders.html ? .html(encodingOption.encoding) : encodingOption.encoding
  }

  /// The files that some paths stand for, standard input without any. What folders hold beside text
  /// is told in one line.
  ///
  /// - Throws: ``WordtoolError``: as `InputFiles.texts`.
  func files(_ paths: [String]) throws -> [String] {
    try folders.files(paths, encoding: encoding)
  }
}

/// Which files are read as text, and how: what every command that learns from text shares.
struct TextFileOptions: ParsableArguments {
  @OptionGroup var encodingOption: EncodingOption

  @Flag(
    help: ArgumentHelp(
      "Refuse text that is invalid in its encoding, and folders with files that are no text. "
        + "(default: replace it, pass over them, and count)"))
  var strict = false

  @OptionGroup var folders: FolderTextOptions

  /// The encoding of the text.
  var encoding: TextEncoding {
    folders.html ? .html(encodingOption.encoding) : encodingOption.encoding
  }

  /// The files that some paths stand for, standard input without any. What folders hold beside text
  /// is told in one line.
  ///
  /// - Throws: ``WordtoolError``: as `InputFiles.texts`, and under --strict
  ///   `badData` when a folder has files that are no text.
  func files(_ paths: [String]) throws -> [String] {
    try folders.files(paths, encoding: encoding, isStrict: strict)
  }
}

extension InputFiles {
  /// How what is left out can be taken; of these the ways remain that a command has options for.
  private static func remedy(for reasons: (String) -> Bool) -> String {
    let ways =
      (reasons(html) ? ["`html` takes the text of pages"] : [])
      + (foreignEncodings.contains(where: reasons) ? ["`encoding` auto reads other encodings"] : [])
    return ways.isEmpty ? "" : "; " + ways.joined(separator: ", or ")
  }

  /// The text files that paths stand for, standard input without any; tells what is left out.
  static func told(
    _ paths: [String], selection: Selection = .init(), encoding: TextEncoding = .utf8,
    isStrict: Bool = false
  ) throws -> [String] {
    if paths.isEmpty { StandardInput.tell() }
    let listing: Listing
    do {
      listing = try texts(paths.isEmpty ? ["-"] : paths, selection: selection, encoding: encoding)
    } catch var error as WordtoolError {
      if let told = error.remedy { error.remedy = told + remedy(for: told.contains) }
      throw error
    }
    for pattern in listing.unusedPatterns {
      StandardError.warn(
        "the pattern '\(pattern)' fits nothing in the folders that are read"
          + (pattern.contains(",") ? "; each pattern is given by an option of its own" : ""))
    }
    if let summary = listing.summary {
      let ways = remedy { reason in listing.leftOut.contains { $0.reason == reason } }
      if isStrict, listing.leftOut.contains(where: { $0.reason != hidden }) {
        throw WordtoolError(
          .badData, found: summary, expected: "text alone",
          remedy: "pass over them with --exclude, or leave out --strict" + ways)
      }
      StandardError.note(StandardError.translated(summary + ways))
    }
    return listing.files
  }
}
