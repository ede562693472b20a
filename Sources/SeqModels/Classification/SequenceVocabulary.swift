import Tokenize
import WordtoolCore

/// The words of a network: number 0 stands for all it does not know, then come those of the training
/// text in the order of their first occurrence, then those that only the pretrained vectors have.
struct SequenceVocabulary: Sendable {
  static let unknown = "<unk>"
  private(set) var table = ByteStringTable()
  /// How many of the words were there while training.
  let trainedCount: Int

  /// How many words there are, the unknown one included.
  var count: Int { table.count }

  /// Words as a file has them.
  init(table: ByteStringTable) {
    self.table = table
    trainedCount = table.count
  }

  /// The words of a text, and then those of the vectors.
  init(_ words: DocumentWords, minimumCount: Int, pretrained: PretrainedEmbeddings?) {
    var known = ByteStringTable()
    for word in pretrained?.words ?? [] { known.add(word.utf8) }
    var counts = [Int](repeating: 0, count: words.table.count)
    for id in words.ids { counts[Int(id)] += 1 }
    table.add(Self.unknown.utf8)
    for id in 0..<words.table.count {
      let bytes = words.table.bytes(Int32(id))
      if unsafe counts[id] >= minimumCount
        || bytes.withUnsafeBufferPointer({ unsafe known.find($0) }) != nil
      {
        table.add(bytes)
      }
    }
    trainedCount = table.count
    for word in pretrained?.words ?? [] { table.add(word.utf8) }
  }

  /// The number of a word.
  func id(of word: UnsafeBufferPointer<UInt8>) -> Int32 { unsafe table.find(word) ?? 0 }

  /// Documents as numbers of this vocabulary, the last `maximumLength` words of each. A document
  /// without words is one unknown word.
  func sequences(of words: DocumentWords, maximumLength: Int = .max) -> [[Int32]] {
    let numbers = (0..<words.table.count).map { id in
      unsafe words.table.bytes(Int32(id)).withUnsafeBufferPointer { unsafe self.id(of: $0) }
    }
    return (0..<words.count).map { document in
      let range = words.starts[document]..<words.starts[document + 1]
      let ids = words.ids[range].suffix(maximumLength).map { numbers[Int($0)] }
      return ids.isEmpty ? [0] : ids
    }
  }
}
