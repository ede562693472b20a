import Libc
import Synchronization
import WordtoolCore

/// Ctrl-C and SIGTERM: the first asks for an orderly end where the work knows one, the second
/// ends at once. Unfinished files are removed either way.
///
/// The signal handler only writes a byte into a pipe, which is all that is safe there; a thread
/// of its own reads the pipe and does the rest.
enum Interrupts {
  private static let pipeInput = Atomic<Int32>(-1)
  private static let flag = Mutex<StopFlag?>(nil)

  /// Exit code of an interrupted run.
  static let exitCode: Int32 = 130

  /// Starts listening. Signals that the parent process chose to ignore stay ignored.
  static func install() {
    var ends: (Int32, Int32) = (-1, -1)
    let opened = withUnsafeMutableBytes(of: &ends) { raw in
      pipe(raw.assumingMemoryBound(to: Int32.self).baseAddress)
    }
    guard opened == 0 else { return }
    _ = fcntl(ends.0, F_SETFD, FD_CLOEXEC)
    _ = fcntl(ends.1, F_SETFD, FD_CLOEXEC)
    pipeInput.store(ends.1, ordering: .relaxed)
    guard startListening(on: ends.0) else { return }
    for number in [SIGINT, SIGTERM] { handle(number) }
  }

  /// From now on the first signal raises `flag` and the work goes on to its next stop.
  static func whenInterrupted(raise flag: StopFlag) {
    Self.flag.withLock { $0 = flag }
  }

  private static func handle(_ number: Int32) {
    var action = sigaction()
    guard sigaction(number, nil, &action) == 0 else { return }
    #if os(Linux)
    let current = unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
    #else
    let current = unsafeBitCast(action.__sigaction_u.__sa_handler, to: Int.self)
    #endif
    // SIG_IGN is 1 on every system this runs on.
    if current == 1 { return }
    signal(number) { _ in
      let saved = errno
      var byte: UInt8 = 0
      _ = write(Interrupts.pipeInput.load(ordering: .relaxed), &byte, 1)
      errno = saved
    }
  }

  private static func startListening(on descriptor: Int32) -> Bool {
    #if os(Linux)
    var thread = pthread_t()
    #else
    // swift-format-ignore: NeverUseImplicitlyUnwrappedOptionals
    var thread: pthread_t!
    #endif
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
    defer { pthread_attr_destroy(&attributes) }
    let argument = UnsafeMutableRawPointer(bitPattern: Int(descriptor))
    let status = pthread_create(
      &thread, &attributes,
      { argument in
        Interrupts.listen(on: Int32(Int(bitPattern: argument)))
        return nil
      }, argument)
    return status == 0
  }

  private static func listen(on descriptor: Int32) {
    var byte: UInt8 = 0
    while true {
      let count = read(descriptor, &byte, 1)
      if count < 0 && errno == EINTR { continue }
      guard count == 1 else { return }
      guard let flag = flag.withLock({ $0 }), !flag.isRaised else { endNow() }
      flag.raise()
      StandardError.note("stopping after this step; once more stops at once")
    }
  }

  private static func endNow() -> Never {
    StandardError.wipe()
    TemporaryFiles.removeAll()
    _exit(exitCode)
  }
}
