import WordtoolCore

extension CorpusCatalogue {
  /// Fails when something in it cannot be right. Names become names of files and folders, so that one with
  /// a slash would lead elsewhere.
  ///
  /// - Parameter path: the file it was read from, for the message.
  /// - Throws: `WordtoolError` of kind `badData`.
  func validate(path: String) throws {
    func require(_ isRight: Bool, _ found: String, _ expected: String) throws {
      guard !isRight else { return }
      throw WordtoolError(.badData, path: path, found: found, expected: expected)
    }
    try require(version == Self.version, "version \(version)", "\(Self.version)")
    var names: Set<String> = []
    for entry in corpora {
      try require(
        Self.isName(entry.name), "a corpus named '\(entry.name)'",
        "lower-case letters, digits and '-'")
      try require(
        names.insert(entry.name).inserted, "two corpora named '\(entry.name)'", "one of each name")
      try require(
        !entry.files.isEmpty, "the corpus '\(entry.name)' without files", "one at least")
      var files: Set<String> = []
      for file in entry.files {
        let place = "'\(file.name)' of '\(entry.name)'"
        try require(
          Self.isFileName(file.name), "a file \(place)", "letters, digits, '.', '-' and '_'")
        try require(files.insert(file.name).inserted, "two files \(place)", "one of each name")
        try require(
          Self.isAddress(file.address), "the address '\(file.address)' of \(place)",
          "one that begins with https:// or http://")
        try require(
          file.byteCount ?? 0 >= 0, "\(file.byteCount ?? 0) bytes for \(place)", "0 or more")
        try require(
          file.sha256.map(Self.isDigest) ?? true, "the digest '\(file.sha256 ?? "")' of \(place)",
          "64 lower-case hexadecimal digits")
      }
    }
  }

  private static func isName(_ text: String) -> Bool {
    let isPlain = text.utf8.allSatisfy { byte in
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "-")
    }
    return isPlain && text.first != "-" && (1...60).contains(text.utf8.count)
  }

  private static func isFileName(_ text: String) -> Bool {
    let isPlain = text.unicodeScalars.allSatisfy { scalar in
      scalar.isASCII && scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
        || [".", "-", "_"].contains(scalar)
    }
    return isPlain && text.first != "." && text.first != "-" && (1...120).contains(text.utf8.count)
  }

  private static func isAddress(_ text: String) -> Bool {
    (text.hasPrefix("https://") || text.hasPrefix("http://")) && text.utf8.count <= 2000
      && text.unicodeScalars.allSatisfy { $0.isASCII && $0.value > 32 && $0.value < 127 }
  }

  static func isDigest(_ text: String) -> Bool {
    text.utf8.count == 64
      && text.utf8.allSatisfy { byte in
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
          || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
      }
  }
}
