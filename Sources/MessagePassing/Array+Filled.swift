extension Array where Element: BitwiseCopyable {
  /// Elements whose bytes `fill` writes, all of them.
  ///
  /// An array made of no uninitialized elements sets the count of the storage that all empty arrays share;
  /// ranks that are threads of one process would do so at the same time. This one has memory of its own.
  package init(filled count: Int, _ fill: (UnsafeMutableRawBufferPointer) -> Void) {
    unsafe self.init(unsafeUninitializedCapacity: Swift.max(1, count)) { room, initialized in
      unsafe fill(
        UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: room[..<count])))
      initialized = count
    }
  }
}
