import WordtoolCore

/// A small matrix of weights that is laid over an image.
public struct ImageKernel: Hashable, Sendable {
  /// Its name, or the file it came from.
  public let name: String
  /// Rows, at least 1.
  public let height: Int
  /// Columns, at least 1.
  public let width: Int
  /// The weights, row by row.
  public let weights: [Float]

  /// The most rows or columns of a kernel.
  public static let maximumExtent = 255

  /// A kernel of the rows given.
  ///
  /// - Precondition: there is at least one row, and all are of the same length, 1 or more.
  public init(name: String, rows: [[Float]]) {
    precondition(
      !rows.isEmpty && !rows[0].isEmpty && rows.allSatisfy { $0.count == rows[0].count },
      "kernel \(name): rows of \(rows.map(\.count)) weights")
    self.name = name
    height = rows.count
    width = rows[0].count
    weights = rows.flatMap { $0 }
  }

  /// The weight in a row and a column.
  public subscript(row: Int, column: Int) -> Float { weights[row * width + column] }

  /// Whether the weights sum to nothing, as those of kernels that look for edges do: then even
  /// areas become 0, and the sign of a result tells a direction.
  public var isBalanced: Bool {
    let sum = weights.reduce(0.0) { $0 + Double($1) }
    return abs(sum) <= 1e-6 * weights.reduce(0.0) { $0 + Double(abs($1)) }
  }

  /// The kernel turned by half a turn: correlation with it is convolution with the original.
  public var flipped: ImageKernel {
    let turned = Array(weights.reversed())
    return ImageKernel(
      name: name,
      rows: (0..<height).map { Array(turned[$0 * width..<($0 + 1) * width]) })
  }

  /// The kernels known by name.
  public static let named: [ImageKernel] = [
    ImageKernel(name: "identity", rows: [[0, 0, 0], [0, 1, 0], [0, 0, 0]]),
    ImageKernel(name: "sharpen", rows: [[0, -1, 0], [-1, 5, -1], [0, -1, 0]]),
    ImageKernel(name: "edge", rows: [[0, -1, 0], [-1, 4, -1], [0, -1, 0]]),
    ImageKernel(name: "strong-edge", rows: [[-1, -1, -1], [-1, 8, -1], [-1, -1, -1]]),
    ImageKernel(name: "box", rows: [[Float]](repeating: [1 / 9, 1 / 9, 1 / 9], count: 3)),
    ImageKernel(
      name: "gaussian",
      rows: [[0.0625, 0.125, 0.0625], [0.125, 0.25, 0.125], [0.0625, 0.125, 0.0625]]),
    ImageKernel(name: "sobel-x", rows: [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]),
    ImageKernel(name: "sobel-y", rows: [[-1, -2, -1], [0, 0, 0], [1, 2, 1]]),
    ImageKernel(name: "emboss", rows: [[-2, -1, 0], [-1, 1, 1], [0, 1, 2]]),
  ]

  /// The kernel of that name, or nil.
  public init?(named name: String) {
    guard let kernel = Self.named.first(where: { $0.name == name }) else { return nil }
    self = kernel
  }

  /// Reads a kernel from text: a row a line, numbers between spaces or commas, a number as 0.5 or
  /// as 1/9; what follows `#` is a comment.
  ///
  /// - Throws: `WordtoolError`: `noSuchInput`, `inputOutput`, or `badData` when the rows are not
  ///   of the same length, a number is none or not finite, or the kernel is too large.
  public init(contentsOf path: String) throws {
    let lines = try LineReader(path: path, maximumLength: 1 << 20)
    var rows: [[Float]] = []
    while let line = try lines.nextLine() {
      let fields = line.prefix { $0 != "#" }.split { $0 == " " || $0 == "," || $0 == "\t" }
      if fields.isEmpty { continue }
      func fail(_ found: String, _ expected: String) -> WordtoolError {
        WordtoolError(
          .badData, path: path, at: .line(lines.number), found: found, expected: expected)
      }
      let row = try fields.map { field in
        guard let number = Self.number(field) else {
          throw fail("'\(field.prefix(20))'", "a number such as 0.5 or 1/9")
        }
        return number
      }
      if let first = rows.first, first.count != row.count {
        throw fail("\(row.count, "number")", "\(first.count) as in the first row")
      }
      rows.append(row)
      guard row.count <= Self.maximumExtent, rows.count <= Self.maximumExtent else {
        throw fail(
          "a larger kernel", "at most \(Self.maximumExtent) rows and \(Self.maximumExtent) columns")
      }
    }
    guard !rows.isEmpty else {
      throw WordtoolError(.badData, path: path, found: "no numbers", expected: "a matrix of them")
    }
    self.init(name: path, rows: rows)
  }

  private static func number(_ text: Substring) -> Float? {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { Double($0) }
    guard let first = parts[0], parts.count <= 2 else { return nil }
    var value = first
    if parts.count == 2 {
      guard let second = parts[1] else { return nil }
      value = first / second
    }
    // What is finite as a Double may be too large for a Float.
    let result = Float(value)
    return result.isFinite ? result : nil
  }
}
