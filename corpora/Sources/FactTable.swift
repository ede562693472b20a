import WordtoolCore

/// One of the tables in `corpora/atlas`: tab-separated values, the first line names the columns.
package struct FactTable: Sendable {
  /// The file the table was read from.
  package let path: String
  /// The names of the columns.
  package let columns: [String]
  /// The rows, each with as many fields as there are columns.
  package let rows: [[String]]

  /// Reads the bundled table `atlas/<name>.tsv`.
  ///
  /// - Throws: ``WordtoolError``: `noSuchInput` when the file is missing, `badData` when a row has
  ///   another number of fields than the header.
  package init(named name: String) throws {
    try self.init(contentsOf: ShippedFiles.path(of: "atlas/\(name).tsv"))
  }

  /// Reads the table at `path`.
  package init(contentsOf path: String) throws {
    let fields = try LineReader.all(path).map { line in
      line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
    }
    guard let header = fields.first else {
      throw WordtoolError(
        .badData, path: path, found: "an empty file", expected: "a table with a header line")
    }
    for (index, row) in fields.enumerated() where row.count != header.count {
      throw WordtoolError(
        .badData, path: path, at: .line(index + 1), found: "\(row.count) fields",
        expected: "\(header.count) as in the header line")
    }
    self.path = path
    columns = header
    rows = Array(fields.dropFirst())
  }

  /// The values of one column, row by row.
  ///
  /// - Throws: ``WordtoolError`` of kind `badData` when there is no such column.
  package func column(_ name: String) throws -> [String] {
    guard let index = columns.firstIndex(of: name) else {
      throw WordtoolError(
        .badData, path: path, at: .line(1), found: "no column \(name)",
        expected: columns.joined(separator: ", ") + " and \(name)")
    }
    return rows.map { $0[index] }
  }

  /// The values of one column whose fields are lists with commas between the items.
  package func lists(_ name: String) throws -> [[String]] {
    try column(name).map { $0.split(separator: ",").map(String.init) }
  }
}
