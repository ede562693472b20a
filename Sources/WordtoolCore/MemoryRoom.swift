/// Whether memory is there, asked before an array of the standard library takes it.
///
/// An array that finds no memory ends the process, with words that mean nothing to whoever trains
/// on a text. Where its size follows from the input, the same number of bytes is mapped first and
/// given back at once: no page of it is touched, and a limit of the process shows as an error. Memory
/// that all processes together lack is not seen so; what this machine has not is refused as well.
package enum MemoryRoom {
  /// From this size on it is worth asking.
  private static let leastByteCount = AlignedMemory.mappedByteCount

  /// Looks for room.
  ///
  /// - Parameters:
  ///   - byteCount: how much is about to be taken, in one piece or in several.
  ///   - purpose: what it is for, in the message: "the 5-grams of 10 tokens".
  /// - Throws: ``WordtoolError`` of kind `unavailable` when there is less.
  package static func require(byteCount: Int, for purpose: @autoclosure () -> String) throws {
    guard byteCount >= leastByteCount else { return }
    guard byteCount <= MemorySizes.available else {
      throw WordtoolError(
        .unavailable,
        found: "no memory for \(purpose()), \(AlignedMemory.words(forByteCount: byteCount))",
        expected: "at most \(AlignedMemory.words(forByteCount: MemorySizes.available)), "
          + "the memory of this machine", remedy: "ask for less")
    }
    _ = try AlignedMemory(byteCount: byteCount, purpose: purpose())
  }

  /// Looks for room for `count` values of a type.
  ///
  /// - Throws: as ``require(byteCount:for:)``.
  package static func require<Value>(
    count: Int, of type: Value.Type, for purpose: @autoclosure () -> String
  ) throws {
    let (byteCount, overflow) = count.multipliedReportingOverflow(by: MemoryLayout<Value>.stride)
    try require(byteCount: overflow ? .max : byteCount, for: purpose())
  }

  /// Looks for the room that an array takes when it is full and one more element is appended: twice
  /// its present size, beside the present one.
  ///
  /// - Throws: as ``require(byteCount:for:)``.
  @inline(__always)
  package static func requireGrowth<Value>(
    of array: [Value], for purpose: @autoclosure () -> String
  ) throws {
    guard array.count == array.capacity else { return }
    try require(count: 2 * array.count, of: Value.self, for: purpose())
  }
}
