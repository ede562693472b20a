import Libc

/// Writes bytes to a descriptor, all of them.
///
/// - Returns: 0, or the number of the error that ended it.
func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Int32 {
  var done = 0
  while done < bytes.count {
    let count = unsafe write(
      descriptor, bytes.baseAddress.map { unsafe $0 + done }, bytes.count - done)
    if count < 0 && errno == EINTR { continue }
    guard count > 0 else { return errno }
    done += count
  }
  return 0
}
