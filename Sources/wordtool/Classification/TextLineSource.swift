import SeqModels
import WordtoolCore

/// The lines of an input as texts without labels, some at a time, blank ones included.
final class TextLineSource {
  private let source: ByteSource
  private let room: UnsafeMutableRawBufferPointer
  private var rest: [UInt8] = []
  private var isAtEnd = false

  init(path: String) throws {
    source = try ByteSource(path: path)
    // Behind what may fail: a failing initialiser does not call `deinit`.
    room = .allocate(byteCount: 1 << 16, alignment: 16)
  }

  deinit { room.deallocate() }

  /// Up to `count` lines, or nil at the end. Waits for no more than it needs.
  func next(_ count: Int) throws -> LabelledText? {
    var batch = LabelledText()
    var start = 0
    while batch.count < count {
      if let end = rest[start...].firstIndex(of: UInt8(ascii: "\n")) {
        add(rest[start..<end], to: &batch)
        start = end + 1
      } else if isAtEnd {
        if start < rest.count { add(rest[start...], to: &batch) }
        start = rest.count
        break
      } else {
        rest.removeFirst(start)
        start = 0
        let read = try source.read(into: room)
        isAtEnd = read == 0
        rest.append(contentsOf: UnsafeRawBufferPointer(rebasing: room[..<read]))
      }
    }
    rest.removeFirst(start)
    return batch.count > 0 ? batch : nil
  }

  private func add(_ line: ArraySlice<UInt8>, to batch: inout LabelledText) {
    var line = line
    if line.last == UInt8(ascii: "\r") { line.removeLast() }
    batch.append(text: LabelledText.withoutLabels(line), labels: [])
  }
}
