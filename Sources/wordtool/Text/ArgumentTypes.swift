public import ArgumentParser
public import Tokenize
public import Word2Vec

extension TokenizerRule.Segmentation: ExpressibleByArgument {}
extension TokenizerRule.Normalization: ExpressibleByArgument {}
extension WordVectors.Format: ExpressibleByArgument {
  /// The names of the formats that are written.
  public static var allValueStrings: [String] { writable.map(\.rawValue) }
}
extension AnalogyMethod: ExpressibleByArgument {}
extension TokenUnit: ExpressibleByArgument {}
extension TextEncoding: ExpressibleByArgument {}
extension TokenProcessing.PunctuationPolicy: ExpressibleByArgument {}
extension TokenProcessing.DigitPolicy: ExpressibleByArgument {}
extension TokenProcessing.EntityPolicy: ExpressibleByArgument {}
