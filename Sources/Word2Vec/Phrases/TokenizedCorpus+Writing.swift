package import Tokenize
package import WordtoolCore

extension TokenizedCorpus {
  /// Writes the text as its words with single blanks between them, a line for each of its lines.
  ///
  /// - Throws: ``WordtoolError`` of kind `inputOutput`.
  package func writeLines(to file: OutputFile) throws {
    let flushSize = 1 << 20
    var bytes: [UInt8] = []
    bytes.reserveCapacity(flushSize + 1 << 16)
    try unsafe ids.withUnsafeBuffer { ids in
      var isFirst = true
      for place in ids.indices {
        let id = unsafe ids[place]
        if id < 0 {
          bytes.append(UInt8(ascii: "\n"))
          isFirst = true
          if bytes.count >= flushSize {
            try file.write(bytes)
            bytes.removeAll(keepingCapacity: true)
          }
          continue
        }
        if !isFirst { bytes.append(UInt8(ascii: " ")) }
        unsafe vocabulary.withUTF8(at: Int(id)) { unsafe bytes.append(contentsOf: $0) }
        isFirst = false
      }
    }
    try file.write(bytes)
  }
}
