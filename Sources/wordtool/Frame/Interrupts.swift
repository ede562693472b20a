import Libc
import Synchronization
import WordtoolCore

/// The signals that end the tool.
///
/// SIGINT, SIGTERM, SIGHUP (a terminal that closed) and SIGQUIT: the first asks for an orderly end
/// where the work knows one, the second ends at once; in one of several ranks SIGUSR1 does the same.
/// Unfinished files are removed either way. A file that may not grow any further (SIGXFSZ) is an error of the write that meets it. SIGBUS, for
/// a mapped file that somebody cut short, ends with a line that names the file.
///
/// The signal handlers only write a byte into a pipe, which is all that is safe there; a thread of
/// its own reads the pipe and does the rest.
enum Interrupts {
  private static let pipeInput = Atomic<Int32>(-1)
  private static let faultAddress = Atomic<UInt>(0)
  private static let flag = Mutex<StopFlag?>(nil)

  /// Exit code of an interrupted run.
  static let exitCode: Int32 = 130

  /// Starts listening. Signals that the parent process chose to ignore stay ignored.
  static func install() {
    signal(SIGXFSZ, SIG_IGN)
    guard let signals = makePipe(), let request = makePipe() else { return }
    pipeInput.store(signals.input, ordering: .relaxed)
    do {
      try Workers.detach { listen(on: signals.output, waking: request.input) }
    } catch {
      return
    }
    EndRequest.listen(to: request.output)
    // SIGUSR1 is what batch systems send before the time is up, and what `mpirun` hands on to its ranks
    // without killing them a second later.
    for number in [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1] where !isIgnored(number) {
      signal(number) { Interrupts.send($0) }
    }
    var action = sigaction()
    #if canImport(Glibc)
    unsafe action.__sigaction_handler.sa_sigaction = { _, info, _ in unsafe Interrupts.fault(info) }
    #elseif canImport(Musl)
    action.__sa_handler.sa_sigaction = { _, info, _ in Interrupts.fault(info) }
    #else
    action.__sigaction_u.__sa_sigaction = { _, info, _ in Interrupts.fault(info) }
    #endif
    action.sa_flags = SA_SIGINFO
    unsafe sigaction(SIGBUS, &action, nil)
  }

  /// A flag that the first signal raises from now on, so that the work goes on to its next stop.
  static func stopFlag() -> StopFlag {
    let flag = StopFlag()
    Self.flag.withLock { $0 = flag }
    return flag
  }

  private static func makePipe() -> (output: Int32, input: Int32)? {
    var ends: [Int32] = [-1, -1]
    guard unsafe pipe(&ends) == 0 else { return nil }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return (ends[0], ends[1])
  }

  private static func isIgnored(_ number: Int32) -> Bool {
    var action = sigaction()
    guard unsafe sigaction(number, nil, &action) == 0 else { return true }
    #if canImport(Glibc)
    let current = unsafe unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self)
    #elseif canImport(Musl)
    let current = unsafeBitCast(action.__sa_handler.sa_handler, to: Int.self)
    #else
    let current = unsafeBitCast(action.__sigaction_u.__sa_handler, to: Int.self)
    #endif
    // SIG_IGN is 1 on every system this runs on.
    return current == 1
  }

  /// Tells the listening thread of a signal. Called by signal handlers.
  private static func send(_ number: Int32) {
    let saved = errno
    var byte = UInt8(truncatingIfNeeded: number)
    _ = unsafe write(pipeInput.load(ordering: .relaxed), &byte, 1)
    errno = saved
  }

  /// Tells the listening thread where memory is gone, and waits for the end.
  private static func fault(_ info: UnsafeMutablePointer<siginfo_t>?) {
    #if canImport(Glibc)
    let address = unsafe info?.pointee._sifields._sigfault.si_addr
    #elseif canImport(Musl)
    let address = info?.pointee.__si_fields.__sigfault.si_addr
    #else
    let address = info?.pointee.si_addr
    #endif
    faultAddress.store(UInt(bitPattern: address), ordering: .sequentiallyConsistent)
    send(SIGBUS)
    while true { pause() }
  }

  private static func listen(on descriptor: Int32, waking readers: Int32) {
    var byte: UInt8 = 0
    while true {
      let count = unsafe read(descriptor, &byte, 1)
      if count < 0 && errno == EINTR { continue }
      guard count == 1 else { return }
      if Int32(byte) == SIGBUS { endByFault() }
      guard let flag = flag.withLock({ $0 }), !flag.isRaised else { endNow(exitCode) }
      flag.raise()
      _ = unsafe write(readers, &byte, 1)
      StandardError.note("stopping after this step; once more stops at once")
    }
  }

  private static func endByFault() -> Never {
    let address = faultAddress.load(ordering: .sequentiallyConsistent)
    let error = WordtoolError(
      .inputOutput, path: MappedFile.path(at: address),
      found: "the file was cut short, or its disk failed, while it was in use",
      remedy: "replace files by renaming finished ones into their place, and run this again")
    StandardError.printLine("wordtool: error: \(error)")
    endNow(error.kind.exitCode)
  }

  private static func endNow(_ code: Int32) -> Never {
    StandardError.wipe()
    TemporaryFiles.removeAll()
    _exit(code)
  }
}
