import Encoders
import Testing

@Suite struct ScikitLearnTests {
  let golden: Golden
  let documents: Documents

  init() throws {
    golden = try Golden.load()
    documents = Documents(golden.texts)
  }

  @Test(arguments: [1, 2, 3]) func bagsAndTheirTermsAreTheSame(threads: Int) throws {
    for expected in golden.bags {
      let (bag, counts) = try BagOfWords.fitTransform(
        documents, options: expected.options.options, threads: threads)
      #expect(bag.featureNames == expected.names, "\(expected.options)")
      #expect(try counts == expected.rows.matrix, "\(expected.options)")
      #expect(try bag.transform(documents, threads: threads) == counts, "\(expected.options)")
    }
  }

  @Test func tfIdfIsTheSameWithEveryOption() throws {
    let counts = try BagOfWords.fitTransform(documents).counts
    for expected in golden.tfidf {
      let options = TfIdfOptions(
        norm: try #require(SparseMatrix.Norm(rawValue: expected.options.norm)),
        usesIDF: expected.options.useIDF, smoothsIDF: expected.options.smoothIDF,
        sublinear: expected.options.sublinear)
      let matrix = try TfIdf.fitTransform(counts, options: options).matrix
      // The agreement asked for; a handful of roundings of numbers below 10.
      #expect(try Golden.difference(matrix, expected.rows.matrix) <= 1e-12, "\(options)")
    }
  }

  @Test(arguments: [1, 3]) func hashedColumnsAndSignsAreTheSame(threads: Int) throws {
    for expected in golden.hashing {
      let encoder = HashingEncoder(
        featureCount: expected.options.columns, alternatesSign: expected.options.alternates,
        binary: expected.options.binary,
        norm: try #require(SparseMatrix.Norm(rawValue: expected.options.norm)))
      let matrix = try encoder.transform(documents, threads: threads)
      #expect(try Golden.difference(matrix, expected.rows.matrix) <= 1e-12, "\(expected.options)")
    }
  }

  @Test func oneHotRowsNamesAndInversesAreTheSame() throws {
    for expected in golden.oneHot {
      let encoder = try OneHotEncoder.fit(golden.table, options: expected.options.options)
      let rows = try encoder.transform(golden.table)
      #expect(encoder.featureNames() == expected.names)
      #expect(try rows == expected.rows.matrix)
      #expect(try encoder.inverse(rows) == expected.inverse)
      if let new = expected.new {
        let encoded = try encoder.transform(golden.newRows)
        #expect(try encoded == new.matrix)
        #expect(try encoder.inverse(encoded) == expected.newInverse)
      }
    }
  }

  @Test func theHashIsMurmurHash3() {
    func hash(_ text: String, _ seed: UInt32 = 0) -> UInt32 {
      var text = text
      return text.withUTF8 { MurmurHash3.x86($0, seed: seed) }
    }
    // From the reference implementation.
    #expect(hash("") == 0)
    #expect(hash("", 1) == 0x514E_28B7)
    #expect(hash("test") == 0xBA6B_D213)
    #expect(hash("Hello, world!", 0x9747_B28C) == 0x2488_4CBA)
  }
}
