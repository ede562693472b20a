import CKernels
import Embedding

/// The ways down a tree as the outputs of groups: in pieces whose codes fit a mask.
struct TreePaths: Sendable {
  /// Nodes in a piece: the bits of a mask, 1 where the code is 0.
  static let longestPiece = 32

  private struct Piece {
    var start: Int
    var count: Int32
    var mask: UInt32
  }

  /// Output rows, word after word.
  private let rows: [Int32]
  private let pieces: [Piece]
  /// Where the pieces of each word begin, and the end.
  private let starts: [Int32]
  /// The most pieces of a word.
  let mostPieces: Int
  /// The mean length of a way, by how often the words occur.
  let meanLength: Double

  /// - Parameters:
  ///   - firstRow: the output row of node 0.
  ///   - weights: how often each word is trained, in any unit: for the mean length.
  init(_ tree: HuffmanTree, weights: [Double], firstRow: Int) {
    rows = tree.nodes.map { $0 + Int32(firstRow) }
    var pieces: [Piece] = []
    var starts: [Int32] = [0]
    var most = 0
    var steps = 0.0
    for word in weights.indices {
      let way = tree.starts[word]..<tree.starts[word + 1]
      steps += Double(way.count) * weights[word]
      var place = way.lowerBound
      while place < way.upperBound {
        let count = min(Self.longestPiece, way.upperBound - place)
        var mask: UInt32 = 0
        for bit in 0..<count where tree.codes[place + bit] == 0 { mask |= 1 << UInt32(bit) }
        pieces.append(Piece(start: place, count: Int32(count), mask: mask))
        place += count
      }
      most = max(most, pieces.count - Int(starts[word]))
      starts.append(Int32(pieces.count))
    }
    self.pieces = pieces
    self.starts = starts
    mostPieces = most
    meanLength = steps / max(1, weights.reduce(0, +))
  }

  /// Adds the way to a word as groups.
  ///
  /// - Parameters:
  ///   - beside: whether a group with noise has the same pairs.
  ///   - inputs: writes the inputs and says how many; there are none to add when it says 0.
  @inline(__always)
  func append(
    of word: Int, beside: Bool, paddingRow: Int32, to memory: TileMemory,
    at cursor: inout TileMemory.Cursor, inputs: (UnsafeMutablePointer<Int32>) -> Int
  ) {
    for number in starts[word]..<starts[word + 1] {
      let piece = pieces[Int(number)]
      let inputCount = unsafe inputs(memory.inputs + cursor.input)
      if inputCount == 0 { return }
      for input in 0..<inputCount { unsafe memory.masks[cursor.input &+ input] = piece.mask }
      for place in 0..<Int(piece.count) {
        unsafe memory.outputs[cursor.output &+ place] = rows[piece.start &+ place]
        unsafe memory.noiseWeights[cursor.output &+ place] = 1
      }
      // The pieces of one way are one pair.
      memory.close(
        inputCount: inputCount, outputCount: Int(piece.count), paddingRow: paddingRow,
        path: beside || number > starts[word] ? WT_EXTRA_PATH : WT_PATH, at: &cursor)
    }
  }
}
