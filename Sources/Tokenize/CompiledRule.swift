import CICUShims
import WordtoolCore

/// What ICU compiled a ``WordRule`` to. It is made once a rule and stays for as long as the process, so
/// that any number of iterators can be opened from it in no time. Where ``StoredMachine`` serves, only
/// texts in dictionary scripts ask for it.
@safe struct CompiledRule: @unchecked Sendable {
  // Sendable: the bytes are filled before anybody sees them and only read afterwards.

  private let bytes: UnsafePointer<UInt8>
  private let count: Int32

  /// Compiles a rule, in some ten milliseconds.
  ///
  /// That cannot fail but for want of memory: the rule is a constant, its notation is that of all
  /// versions of ICU that can be linked to, and ICU needs no data for it that could be missing.
  private init(_ rule: WordRule) {
    var binary: UnsafeMutablePointer<UInt8>?
    var count: Int32 = 0
    let code = unsafe wt_icu_compile_rules(rule.source, &binary, &count)
    guard code == 0, let binary = unsafe binary else {
      preconditionFailure("ICU could not compile the word rule: \(icuErrorName(code))")
    }
    unsafe bytes = UnsafePointer(binary)
    self.count = count
  }

  /// An iterator that follows the rule; the caller closes it.
  func open() -> OpaquePointer {
    var opened: OpaquePointer?
    let code = unsafe wt_icu_open_compiled(bytes, count, &opened)
    guard code == 0, let opened = unsafe opened else {
      preconditionFailure("ICU could not open the word rule: \(icuErrorName(code))")
    }
    return unsafe opened
  }

  private static let compiled = Locked<[WordRule: CompiledRule]>([:])

  /// The compiled form of a rule. Threads that ask at once wait for the first of them.
  static func of(_ rule: WordRule) -> CompiledRule {
    compiled.withLock { compiled in
      if let known = compiled[rule] { return known }
      let made = CompiledRule(rule)
      compiled[rule] = made
      return made
    }
  }
}
