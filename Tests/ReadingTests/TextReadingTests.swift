import TestSupport
import Testing
import WordtoolCore

@Suite("Reading text") struct TextReadingTests {
  /// One way to write the same text.
  enum Form: String, CaseIterable {
    case mark, utf16LittleEndian, utf16BigEndian, utf32LittleEndian, utf32BigEndian
    case crlf, cr, noLastLineEnd, gzip, gzipUTF16, blankLines, linesOfBlanks

    func bytes(_ text: String) -> [UInt8] {
      func wide(_ units: [UInt32], _ size: Int, bigEndian: Bool) -> [UInt8] {
        ([0xFEFF] + units).flatMap { unit in
          let bytes = (0..<size).map { UInt8(truncatingIfNeeded: unit >> (8 * UInt32($0))) }
          return bigEndian ? bytes.reversed() : bytes
        }
      }
      let utf16 = text.utf16.map(UInt32.init)
      let utf32 = text.unicodeScalars.map(\.value)
      func lines(_ end: String) -> [UInt8] {
        Array(
          text.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: end).utf8)
      }
      switch self {
      case .mark: return [0xEF, 0xBB, 0xBF] + Array(text.utf8)
      case .utf16LittleEndian: return wide(utf16, 2, bigEndian: false)
      case .utf16BigEndian: return wide(utf16, 2, bigEndian: true)
      case .utf32LittleEndian: return wide(utf32, 4, bigEndian: false)
      case .utf32BigEndian: return wide(utf32, 4, bigEndian: true)
      case .crlf: return lines("\r\n")
      case .cr: return lines("\r")
      case .noLastLineEnd: return Array(text.dropLast().utf8)
      case .gzip: return Gzip.stored(Array(text.utf8))
      case .gzipUTF16: return Gzip.stored(wide(utf16, 2, bigEndian: true))
      case .blankLines: return Array((text + "\n\n\r\n").utf8)
      case .linesOfBlanks: return Array((text + " \t \n  ").utf8)
      }
    }

    var addsLines: Bool { self == .blankLines || self == .linesOfBlanks }
  }

  @Test("every reader takes the same from every form of a text", arguments: TextReaders.allCases)
  func forms(reader: TextReaders) throws {
    let folder = ScratchFolder()
    let plain = try reader.value(folder.write(reader.sample, to: "plain" + reader.suffix))
    #expect(!plain.isEmpty)
    for form in Form.allCases where !(form.addsLines && reader.countsBlankLines) {
      let isPacked = form == .gzip || form == .gzipUTF16
      let name = form.rawValue + reader.suffix + (isPacked ? ".gz" : "")
      let path = try folder.write(form.bytes(reader.sample), to: name)
      let value = try reader.value(path)
      #expect(value == plain, "\(form)")
    }
  }

  @Test(
    "every reader refuses UTF-16 without a mark and files that are no text",
    arguments: TextReaders.allCases)
  func refused(reader: TextReaders) throws {
    let folder = ScratchFolder()
    let units = Array(reader.sample.replacing("é", with: "e").utf16)
    let cases: [(String, [UInt8])] = [
      ("wide", units.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }),
      ("pdf", Array("%PDF-1.4\n1 0 obj\n".utf8)),
      ("zip", [0x50, 0x4B, 3, 4, 20, 0, 6, 0]),
      ("png", [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13]),
    ]
    for (name, bytes) in cases {
      let path = try folder.write(bytes, to: name + reader.suffix)
      let error = #expect(throws: WordtoolError.self, "\(name)") { _ = try reader.value(path) }
      #expect(error?.kind == .badData, "\(name): \(error?.description ?? "")")
      #expect(error?.path == path && error?.description.contains("\n") == false)
    }
  }

  // MARK: A new reader has to be added above

  private var sources: String {
    "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/") + "/Sources"
  }

  private func files() throws -> [(name: String, text: String)] {
    try InputFiles.expand([sources]).filter { $0.hasSuffix(".swift") }.map { path in
      let text = try LineReader.all(path).joined(separator: "\n")
      return (String(path.dropFirst(sources.count + 1)), text)
    }
  }

  @Test("every public function that takes the path of an input is known here")
  func entryPoints() throws {
    var found: [String: Int] = [:]
    for (name, text) in try files() where !name.hasPrefix("wordtool/") {
      var declaration: String?
      for line in text.split(separator: "\n") {
        let code = line.drop { $0 == " " }
        if code.hasPrefix("public "), code.contains("func ") || code.contains("init(") {
          declaration = ""
        }
        guard let start = declaration else { continue }
        let whole = start + " " + code
        declaration = code.contains("{") ? nil : whole
        guard declaration == nil else { continue }
        let reads = whole.contains("path: String") || whole.contains("paths: [String]")
        let writes = ["func write", "save", "encoded(", "OutputFile"].contains {
          whole.contains($0)
        }
        if reads && !writes { found[name, default: 0] += 1 }
      }
    }
    let known = TextReaders.entryPoints
    for name in Set(found.keys).union(known.keys).sorted() {
      #expect(
        found[name] ?? 0 == known[name]?.count ?? 0,
        "\(name): add its readers to TextReaders.entryPoints, and what reads text to its cases")
    }
    let tested = Set(known.values.flatMap(\.readers))
    // Lines are read by the package alone.
    #expect(TextReaders.allCases.filter { !tested.contains($0) } == [.lines])
  }

  @Test("text is opened by the one front alone")
  func fronts() throws {
    for (name, text) in try files() {
      let opens = ["ByteSource(", "MappedFile(", " readLine(", "fopen("].contains {
        text.contains($0)
      }
      if opens { #expect(TextReaders.mayOpen.contains(name), "\(name) opens an input itself") }
    }
  }
}
