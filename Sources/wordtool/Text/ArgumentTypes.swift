public import ArgumentParser
public import Tokenize
public import Word2Vec

extension TokenizerRule.Segmentation: ExpressibleByArgument {}
extension TokenizerRule.Normalization: ExpressibleByArgument {}
extension PhraseOptions.Score: ExpressibleByArgument {}

extension WordVectors.Format: ExpressibleByArgument {
  /// The names of the formats that are written.
  public static var allValueStrings: [String] { writable.map(\.rawValue) }
  /// How a format follows from the name of an output.
  static let suffixHelp =
    "by the suffix: .bin word2vec-binary, .txt word2vec-text, .vec fasttext-vec, .glove glove, "
    + ".npy and .npz NumPy's, .tsv projector, .fifu finalfusion, .floret floret, .safetensors or none safetensors; "
    + ".gz behind it packs "
    + "text and word2vec-binary"
}
extension AnalogyMethod: ExpressibleByArgument {}
extension WordMatching: ExpressibleByArgument {}
extension VectorComparison.Order: ExpressibleByArgument {}
extension TokenUnit: ExpressibleByArgument {}
extension TextEncoding: ExpressibleByArgument {
  /// The usual ones; ICU knows many more.
  public static var defaultCompletionKind: CompletionKind {
    .list(["utf-8", "auto", "latin-1", "windows-1252", "utf-16", "shift_jis", "gb18030"])
  }
}
extension TokenProcessing.PunctuationPolicy: ExpressibleByArgument {}
extension TokenProcessing.DigitPolicy: ExpressibleByArgument {}
extension TokenProcessing.EntityPolicy: ExpressibleByArgument {
  /// What needs no token of its own.
  public static var defaultCompletionKind: CompletionKind { .list(["split", "whole", "remove"]) }
}
