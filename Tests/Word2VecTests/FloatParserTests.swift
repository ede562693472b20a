import Testing
import TestSupport
import Word2Vec
import WordtoolCore

@Suite struct FloatParserTests {
  let folder = ScratchFolder()

  /// Reads numbers by way of a text file with one column.
  private func read(_ numbers: [String]) throws -> [Float] {
    let text = numbers.enumerated().map { "w\($0.offset) \($0.element)\n" }.joined()
    let vectors = try WordVectors(contentsOf: folder.write(text, to: "numbers"))
    return (0..<vectors.count).map { vectors.vector(at: $0)[0] }
  }

  private func check(_ numbers: [String]) throws {
    let values = try read(numbers)
    let expected = numbers.map { Float($0) ?? .nan }
    let bad = zip(numbers, zip(values, expected)).first {
      $0.1.0.bitPattern != $0.1.1.bitPattern
    }
    #expect(values.count == numbers.count)
    #expect(bad == nil, "\(String(describing: bad))")
  }

  @Test func `shortest digits of random floats read back exactly`() throws {
    var generator = SeededGenerator(seed: 1)
    var numbers: [String] = []
    while numbers.count < 20_000 {
      let value = Float(bitPattern: UInt32.random(in: 0...UInt32.max, using: &generator))
      if value.isFinite { numbers.append(value.description) }
    }
    try check(numbers)
  }

  @Test func `numbers half-way between two floats and beside them are rounded correctly`() throws {
    var generator = SeededGenerator(seed: 2)
    var numbers: [String] = []
    for _ in 0..<5000 {
      let value = Float.random(in: 0.001...1000, using: &generator)
      let middle = (Double(value) + Double(value.nextUp)) / 2
      numbers += [middle.description, middle.nextUp.description, middle.nextDown.description]
    }
    // 2^24 + 1 lies between two floats exactly; a digit far behind decides.
    numbers += ["16777217", "16777217.0", "16777217.0000000000001", "16777216.9999999999999"]
    numbers += ["1.00000005960464477539062500000000000001", "1.000000059604644775390625"]
    try check(numbers)
  }

  @Test func `odd spellings are read as the standard library reads them`() throws {
    try check([
      "0", "-0", "0.0", "-0.000000", "1.", ".5", "+2.5", "1e5", "1E-5", "1.5e+3", "0e999", "1e-50",
      "1e-45", "7e-46", "1.17549435e-38", "3.4028235e38", "123456789012345678901234567890",
      "0.000000000000000000000000000001234", "1e22", "1e-22", "1e23", "00012.50", "-9.87654e-05",
    ])
  }

  @Test(arguments: ["1e", "e5", "--1", "1.2.3", "0x10", "1,5", "-", ".", "1e5x", "١"])
  func `what is no number is refused`(text: String) throws {
    let path = try folder.write("2 1\na 1\nb \(text)\n", to: "bad")
    #expect(throws: WordtoolError.self) { try WordVectors(contentsOf: path) }
  }
}
