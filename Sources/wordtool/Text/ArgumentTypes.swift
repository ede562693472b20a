public import ArgumentParser
public import Tokenize
public import Word2Vec

extension TokenizerRule.Segmentation: ExpressibleByArgument {}
extension TokenizerRule.Normalization: ExpressibleByArgument {}
extension WordVectors.Format: ExpressibleByArgument {}
extension AnalogyMethod: ExpressibleByArgument {}
extension TokenUnit: ExpressibleByArgument {}
extension TextEncoding: ExpressibleByArgument {}
extension TokenProcessing.PunctuationPolicy: ExpressibleByArgument {}
extension TokenProcessing.DigitPolicy: ExpressibleByArgument {}
extension TokenProcessing.EntityPolicy: ExpressibleByArgument {}
