#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif
import TestSupport
import Testing
import WordtoolCore

import wordtool

@Suite struct FlagNamesTests {
  @Test(arguments: [
    ("learningRate", "--lr"), ("minimumCount", "--min-count"),
    ("noiseExponent", "--noise-exponent"), ("maximumFeatures", "--max-features"),
    ("minimumDocuments", "--min-documents"), ("options.maximumCategories", "--max-categories"),
    ("isStrict", "--strict"), ("optimizer.clipNorm", "--clip"), ("encoding", "--encoding"),
  ])
  func propertiesHaveFlags(_ property: Substring, _ flag: String) {
    #expect(FlagNames.flag(of: property) == flag)
  }

  @Test func onlyOptionsOfTheCommandAreTranslated() {
    let help = "--lr <x>  The learning rate.\n--min-count <n>"
    #expect(
      FlagNames.translate("lower `learningRate` or `minimumCount`", help: help)
        == "lower --lr or --min-count")
    #expect(FlagNames.translate("raise `dimension`", help: help) == "raise `dimension`")
    #expect(FlagNames.translate("the word 'a`b'", help: help) == "the word 'a`b'")
    #expect(FlagNames.translate("`learningRate", help: help) == "`learningRate")
  }

  @Test(arguments: [
    "ABCNotation", "BLASCore", "Charts", "ConvNets", "Embedding", "Encoders", "Networks", "ONNX",
    "SeqModels", "Subword", "Tokenize", "Word2Vec", "WordtoolCore",
  ])
  func noMessageOfALibraryNamesAnOption(_ library: String) throws {
    let root = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()
    let sources = try InputFiles.expand(["\(root)/Sources/\(library)"])
      .filter { $0.hasSuffix(".swift") }
    #expect(!sources.isEmpty)
    for path in sources {
      let lines = (TestFiles.read(path) ?? "").split(
        separator: "\n", omittingEmptySubsequences: false)
      for (number, line) in lines.enumerated()
      where !line.drop(while: \.isWhitespace).hasPrefix("//") {
        // Every second part stands between quotes.
        for (part, text) in line.split(separator: "\"", omittingEmptySubsequences: false)
          .enumerated()
        where part % 2 == 1 {
          let option = text.ranges(of: "--").first {
            $0.upperBound < text.endIndex && text[$0.upperBound].isLetter
          }
          #expect(option == nil, "\(path):\(number + 1): \(text)")
        }
      }
    }
  }

  @Test func anErrorIsALocalizedError() {
    let error: any Error = WordtoolError(.badData, path: "a", at: .line(2), found: "b")
    #expect((error as? any LocalizedError)?.errorDescription == "a:2: b")
  }
}
