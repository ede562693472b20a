import ArgumentParser
import SeqModels

/// How tagged words stand in a file.
struct TaggedTextOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The column of the word: a number from 1, or its name in the first line or in CoNLL-U. "
        + "(default: FORM of CoNLL-U, otherwise the first)",
      valueName: "column"))
  var wordColumn: LabelledTextLayout.Column?

  @Option(
    help: ArgumentHelp(
      "The column of the tag. (default: UPOS of CoNLL-U, otherwise the last)",
      valueName: "column"))
  var tagColumn: LabelledTextLayout.Column?

  @OptionGroup var encoding: EncodingOption

  /// Reads tagged words from some files and tells how much was no text.
  func read(_ paths: [String]) throws -> TaggedText {
    var text = TaggedText()
    let layout = TaggedText.Layout(
      wordColumn: wordColumn, tagColumn: tagColumn, encoding: encoding.encoding)
    for path in paths { try text.append(contentsOf: path, layout: layout) }
    StandardError.warnOfReplacements(text.replacedCount, isTold: false)
    return text
  }
}
