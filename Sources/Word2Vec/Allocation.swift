/// Memory of our own, aligned to 64 bytes, that lives as long as the object.
///
/// Sendable: whoever makes one fills it before it is shared; from then on it is only read. While it
/// is being filled by several threads, each writes a range that no other touches.
@safe package final class Allocation: @unchecked Sendable {
  /// The memory; what it holds at first is undefined.
  package let bytes: UnsafeMutableRawBufferPointer

  /// Takes memory.
  package init(byteCount: Int) {
    unsafe bytes = .allocate(byteCount: max(1, byteCount), alignment: 64)
  }

  deinit { unsafe bytes.deallocate() }

  /// Takes memory and fills it with a copy of `values`.
  package static func copy<Value: BitwiseCopyable>(
    of values: [Value]
  ) -> (Allocation, UnsafeBufferPointer<Value>) {
    let allocation = Allocation(byteCount: values.count * MemoryLayout<Value>.stride)
    let target = unsafe allocation.buffer(of: Value.self, count: values.count)
    _ = unsafe target.initialize(from: values)
    return (allocation, UnsafeBufferPointer(target))
  }

  /// The first `count` values of the memory, seen as `Value`.
  package func buffer<Value: BitwiseCopyable>(
    of type: Value.Type, count: Int
  ) -> UnsafeMutableBufferPointer<Value> {
    unsafe precondition(count * MemoryLayout<Value>.stride <= bytes.count)
    return unsafe UnsafeMutableBufferPointer(
      start: bytes.baseAddress?.bindMemory(to: Value.self, capacity: count), count: count)
  }
}
