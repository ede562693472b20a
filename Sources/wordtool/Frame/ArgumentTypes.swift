public import ArgumentParser
public import Tokenize
public import Word2Vec

extension TokenizerRule.Segmentation: ExpressibleByArgument {}
extension TokenizerRule.Normalization: ExpressibleByArgument {}
extension WordVectors.Format: ExpressibleByArgument {}
extension AnalogyMethod: ExpressibleByArgument {}
