public import WordtoolCore

/// What a ``OneHotEncoder`` learns, and what it does with categories it does not know.
public struct OneHotOptions: TrainingOptions {
  /// What becomes of a category that was not learnt.
  public enum Unknown: String, Codable, Hashable, Sendable, CaseIterable {
    /// It is an error.
    case error
    /// All columns of its feature are 0.
    case ignore
    /// It counts as infrequent; without infrequent categories as with `ignore`.
    case infrequent
  }

  /// What becomes of a category that was not learnt.
  public var unknown: Unknown
  /// The least number or share of rows a category needs for a column of its own.
  public var minimumFrequency: DocumentLimit?
  /// The most columns of one feature, the one of the infrequent categories among them. Of equally
  /// frequent categories those that come last in their order keep a column, as in scikit-learn.
  public var maximumCategories: Int?

  /// Describes an encoding.
  public init(
    unknown: Unknown = .error, minimumFrequency: DocumentLimit? = nil,
    maximumCategories: Int? = nil
  ) {
    self.unknown = unknown
    self.minimumFrequency = minimumFrequency
    self.maximumCategories = maximumCategories
  }

  /// - Throws: `WordtoolError` of kind `usage` that names the first property that is out of range.
  public func validate() throws {
    try minimumFrequency?.validate("minimumFrequency")
    try OptionCheck.require("maximumCategories", maximumCategories ?? 1, in: 1...Int.max)
  }
}

/// Categories as rows with a single 1 for each feature.
///
/// A row has one category for each of some features: one feature where words are encoded. Each
/// feature has its block of columns, one a category, and one more, behind them, for the
/// infrequent ones if there are any.
///
/// ```swift
/// let encoder = try OneHotEncoder.fit(["the", "food", "was", "good"].map { [$0] })
/// try encoder.transform([["food"]]).denseRow(0)  // 1 0 0 0
/// ```
public struct OneHotEncoder: Sendable {
  /// What is done with unknown categories.
  public var unknown: OneHotOptions.Unknown
  /// The categories of each feature, in the order of code points if they were learnt.
  public let categories: [[String]]
  /// For each feature the categories that share the last column of its block.
  public let infrequentCategories: [[String]]

  private let features: [Feature]
  /// What stands for the infrequent categories of a feature in names and inverses; the word is
  /// scikit-learn's.
  public static let infrequentName = "infrequent_sklearn"

  private struct Feature: Sendable {
    let table: ByteStringTable
    /// The column of each category within the block.
    let columns: [Int32]
    let firstColumn: Int
    let columnCount: Int
    let infrequentColumn: Int?
    /// The category of each column.
    let names: [String]
  }

  /// Takes categories that are given, in the order of the columns.
  ///
  /// - Parameters:
  ///   - categories: for each feature its distinct categories.
  ///   - infrequent: for each feature those that share a column.
  ///   - unknown: what becomes of categories that are not there.
  /// - Throws: `WordtoolError` of kind `usage` when there are none, one stands twice, or `infrequent`
  ///   is for another number of features.
  public init(
    categories: [[String]], infrequent: [[String]]? = nil,
    unknown: OneHotOptions.Unknown = .error
  ) throws {
    guard !categories.isEmpty, categories.allSatisfy({ !$0.isEmpty }) else {
      throw WordtoolError(
        .usage, found: "a feature without categories", expected: "at least one category each")
    }
    let infrequent = infrequent ?? categories.map { _ in [] }
    try OptionCheck.require(
      infrequent.count == categories.count,
      found: "infrequent categories of \(infrequent.count) features",
      expected: "\(categories.count), as there are categories of")
    self.unknown = unknown
    self.categories = categories
    infrequentCategories = infrequent
    var features: [Feature] = []
    var first = 0
    for (feature, names) in categories.enumerated() {
      let table = ByteStringTable(names)
      guard table.count == names.count else {
        throw WordtoolError(
          .usage, found: "a category of feature \(feature) twice", expected: "distinct categories")
      }
      let rare = ByteStringTable(infrequent[feature])
      var columns: [Int32] = []
      var kept: [String] = []
      for name in names {
        if rare.find(name) != nil {
          columns.append(-1)
        } else {
          columns.append(Int32(kept.count))
          kept.append(name)
        }
      }
      let infrequentColumn = rare.count > 0 ? kept.count : nil
      if let infrequentColumn {
        for index in columns.indices where columns[index] < 0 {
          columns[index] = Int32(infrequentColumn)
        }
        kept.append(Self.infrequentName)
      }
      features.append(
        Feature(
          table: table, columns: columns, firstColumn: first, columnCount: kept.count,
          infrequentColumn: infrequentColumn, names: kept))
      first += kept.count
    }
    guard first <= Int(Int32.max) else {
      throw WordtoolError(.usage, found: "\(first) columns", expected: "fewer than 2^31")
    }
    self.features = features
  }

  /// Learns the categories of rows.
  ///
  /// - Parameters:
  ///   - rows: one category a feature, the same number in each row.
  ///   - options: which categories are kept.
  /// - Throws: `WordtoolError`: `badData` when there are no rows, or rows of different length,
  ///   `usage` for options out of range.
  public static func fit(
    _ rows: [[String]], options: OneHotOptions = OneHotOptions()
  ) throws -> OneHotEncoder {
    guard let width = rows.first?.count, width > 0 else {
      throw WordtoolError(.badData, found: "no rows to learn from", expected: "at least one")
    }
    try options.validate()
    var categories: [[String]] = []
    var infrequent: [[String]] = []
    try check(rows, width: width)
    for feature in 0..<width {
      var table = ByteStringTable()
      var counts: [Int] = []
      for row in rows {
        var name = row[feature]
        let (id, isNew) = name.withUTF8 { unsafe table.add($0) }
        if isNew { counts.append(0) }
        counts[Int(id)] += 1
      }
      let order = table.sortedOrder()
      let frequencies = order.map { counts[Int($0)] }
      let names = order.map(table.text)
      let rare = Self.infrequent(frequencies, rowCount: rows.count, options)
      categories.append(names)
      infrequent.append(names.indices.filter { rare[$0] }.map { names[$0] })
    }
    return try OneHotEncoder(
      categories: categories, infrequent: infrequent, unknown: options.unknown)
  }

  private static func infrequent(
    _ counts: [Int], rowCount: Int, _ options: OneHotOptions
  ) -> [Bool] {
    let least = options.minimumFrequency?.value(of: rowCount) ?? 0
    var rare = counts.map { Double($0) < least }
    let columns = rare.count { !$0 } + 1
    if let most = options.maximumCategories, most < columns {
      // The smallest counts, earlier ones first among equals.
      let ascending = counts.indices.sorted { (counts[$0], $0) < (counts[$1], $1) }
      for index in ascending.dropLast(most - 1) { rare[index] = true }
    }
    return rare
  }

  /// How many columns there are.
  public var columnCount: Int { features.reduce(0) { $0 + $1.columnCount } }

  /// The names of the columns: `x0_food`, or `word_food` when the features are named.
  ///
  /// - Parameter features: a name for each feature; default `x0`, `x1` and so on.
  /// - Precondition: there are as many names as features.
  public func featureNames(_ features: [String]? = nil) -> [String] {
    precondition(
      features?.count ?? self.features.count == self.features.count,
      "\(features?.count ?? 0) names for \(self.features.count) features")
    return self.features.enumerated().flatMap { index, feature in
      feature.names.map { "\(features?[index] ?? "x\(index)")_\($0)" }
    }
  }

  /// Encodes rows.
  ///
  /// - Throws: `WordtoolError` of kind `badData` for rows of another length, and for unknown
  ///   categories unless they are allowed.
  public func transform(_ rows: [[String]]) throws -> SparseMatrix {
    try Self.check(rows, width: features.count)
    var builder = SparseMatrixBuilder(columnCount: columnCount)
    for (number, row) in rows.enumerated() {
      for (feature, name) in zip(features, row) {
        if let index = feature.table.find(name) {
          builder.add(1, column: feature.firstColumn + Int(feature.columns[Int(index)]))
          continue
        }
        switch unknown {
        case .error:
          throw WordtoolError(
            .badData, found: "the unknown category '\(name)' in row \(number + 1)",
            expected: "one of the \(feature.table.count) that were learnt",
            remedy: "ignore unknown categories or count them as infrequent")
        case .ignore: break
        case .infrequent:
          if let column = feature.infrequentColumn {
            builder.add(1, column: feature.firstColumn + column)
          }
        }
      }
      builder.endRow()
    }
    return builder.finish()
  }

  /// The categories that rows stand for: the first column with the greatest value of each block,
  /// ``infrequentName`` for the infrequent ones, and nil for a block of zeros.
  ///
  /// - Throws: `WordtoolError`: `badData` for a block of zeros, unless unknown categories are encoded
  ///   so; `usage` unless the matrix has the encoder's columns.
  public func inverse(_ matrix: SparseMatrix) throws -> [[String?]] {
    try matrix.requireColumns(columnCount)
    return try (0..<matrix.rowCount).map { row in
      let entries = matrix.row(row)
      return try features.enumerated().map { index, feature in
        let block = feature.firstColumn..<feature.firstColumn + feature.columnCount
        var best: (column: Int, value: Double)?
        for entry in entries where block.contains(entry.column) && entry.value > best?.value ?? 0 {
          best = entry
        }
        if let best { return feature.names[best.column - feature.firstColumn] }
        guard unknown == .ignore || unknown == .infrequent && feature.infrequentColumn == nil
        else {
          throw WordtoolError(
            .badData, found: "row \(row + 1) has no category of feature \(index + 1)",
            expected: "one column that is not 0")
        }
        return nil
      }
    }
  }

  private static func check(_ rows: [[String]], width: Int) throws {
    for (number, row) in rows.enumerated() where row.count != width {
      throw WordtoolError(
        .badData, found: "row \(number + 1) has \(row.count) features", expected: "\(width)")
    }
  }
}
