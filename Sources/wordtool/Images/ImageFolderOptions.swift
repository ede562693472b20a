import ArgumentParser
import ConvNets
import WordtoolCore

/// What is made of files in folders of images that are none.
struct ImageFolderOptions: ParsableArguments {
  @Flag(
    help: ArgumentHelp(
      "Refuse folders with files that are no image, or damaged. (default: pass over them, and count)"
    ))
  var strict = false
}

extension InputFiles.Listing {
  /// Tells in one line what of a folder of images is left out, if anything is.
  ///
  /// - Throws: ``WordtoolError`` of kind `badData` under `isStrict`, when it is more than hidden files.
  func tell(isStrict: Bool) throws {
    guard let summary else { return }
    if isStrict, leftOut.contains(where: { $0.reason != InputFiles.hidden }) {
      throw WordtoolError(
        .badData, found: summary, expected: "images alone",
        remedy: "take them away, or leave out --strict")
    }
    StandardError.note(summary)
  }
}

extension ImageDataset {
  /// The set without damaged images. What is left out of a folder is told in one line.
  ///
  /// - Throws: ``WordtoolError`` of kind `badData` under `isStrict`, when more than hidden files is
  ///   left out.
  func told(threads: Int, isStrict: Bool, stop: StopFlag) throws -> ImageDataset {
    let set = try withoutDamaged(threads: threads, stop: stop)
    try InputFiles.Listing(leftOut: set.leftOut).tell(isStrict: isStrict)
    return set
  }
}
