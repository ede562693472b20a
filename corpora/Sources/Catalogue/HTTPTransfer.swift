import CCurlShims
import WordtoolCore

/// One request for the bytes of a file over HTTP, by libcurl, which is looked for when the first is made.
///
/// Foundation's `URLSession` would bring all of Foundation, its ICU and a libcurl of its own into a static
/// binary; libcurl is on nearly every machine anyway, and knows proxies and certificates as the system
/// has them.
@safe struct HTTPTransfer {
  /// What a server says before the bytes.
  struct Response {
    /// The status code: 200 for the whole file, 206 for a part of it.
    var status: Int
    /// The place in the file of the first byte that comes.
    var offset: Int
    /// The bytes of the whole file, where the server says.
    var byteCount: Int?
  }

  /// Takes the response, once.
  var open: (Response) throws -> Void
  /// Takes the next bytes, valid only during the call.
  var take: (UnsafeRawBufferPointer) throws -> Void
  /// Ends the transfer when raised.
  var stop: StopFlag?

  /// What the C side calls back with.
  @safe private final class Context {
    let transfer: HTTPTransfer
    var failure: (any Error)?

    init(_ transfer: HTTPTransfer) { self.transfer = transfer }

    /// Runs a part of the transfer; 0 to go on.
    func run(_ body: (HTTPTransfer) throws -> Void) -> Int32 {
      do {
        if transfer.stop?.isRaised == true {
          throw WordtoolError(.interrupted, found: "the download was stopped")
        }
        try body(transfer)
        return 0
      } catch {
        failure = error
        return 1
      }
    }
  }

  /// Asks for a file from `offset` on and hands what comes to ``open`` and ``take``.
  ///
  /// - Throws: `WordtoolError`: `unavailable` without libcurl, `inputOutput` when the transfer fails,
  ///   `interrupted`; what ``open`` and ``take`` throw, which ends it.
  func get(_ address: String, from offset: Int, agent: String) throws {
    let context = Context(self)
    let (status, reason) = unsafe Self.withReason { reason, size in
      // SAFETY: `context` outlives the call, and the callbacks are called during it only.
      unsafe wt_curl_get(
        address, Int64(offset), agent, Self.head, Self.sink, Self.tick,
        Unmanaged.passUnretained(context).toOpaque(), reason, size)
    }
    if let failure = context.failure { throw failure }
    if status == wt_curl_missing { throw Self.missing(reason) }
    guard status == wt_curl_done else {
      throw WordtoolError(
        .inputOutput, path: address, found: reason,
        remedy: "look at the connection, and run the same again: it goes on where it was")
    }
  }

  /// Throws when libcurl is not here.
  ///
  /// - Throws: `WordtoolError` of kind `unavailable`.
  static func requireLibrary() throws {
    let (status, reason) = unsafe withReason { unsafe wt_curl_find($0, $1) }
    if status != wt_curl_done { throw missing(reason) }
  }

  private static func missing(_ reason: String) -> WordtoolError {
    WordtoolError(
      .unavailable, found: reason, expected: "libcurl, which downloads",
      remedy: "install Debian's libcurl4 or Homebrew's curl, or put the files there by other means")
  }

  /// Calls with room for a reason.
  private static func withReason(
    _ body: (UnsafeMutablePointer<CChar>, Int) -> wt_curl_status
  ) -> (wt_curl_status, String) {
    var reason: [CChar] = Array(repeating: 0, count: 300)
    let status = unsafe reason.withUnsafeMutableBufferPointer { buffer in
      guard let start = buffer.baseAddress else { return wt_curl_failed }
      return unsafe body(start, buffer.count)
    }
    let said = reason.prefix { $0 != 0 }.map(UInt8.init(bitPattern:))
    return (status, String(decoding: said, as: UTF8.self))
  }

  private static let head: wt_curl_head = { context, status, offset, total in
    unsafe Self.context(context).run {
      try $0.open(
        Response(
          status: Int(status), offset: Int(offset), byteCount: total < 0 ? nil : Int(total)))
    }
  }

  private static let sink: wt_curl_sink = { context, bytes, count in
    unsafe Self.context(context).run {
      try unsafe $0.take(UnsafeRawBufferPointer(start: bytes, count: count))
    }
  }

  private static let tick: wt_curl_tick = { context in
    unsafe Self.context(context).run { _ in }
  }

  private static func context(_ pointer: UnsafeMutableRawPointer?) -> Context {
    guard let pointer = unsafe pointer else {
      preconditionFailure("libcurl called back without the context it was given")
    }
    return unsafe Unmanaged<Context>.fromOpaque(pointer).takeUnretainedValue()
  }
}
