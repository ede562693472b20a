import CICUShims
import WordtoolCore

/// ICU's own state machine for a locale's boundaries, laid out for running over UTF-8.
///
/// ICU compiles rules, its own for a locale or our ``WordRule``, to a machine over categories of
/// characters, and its iterator runs that machine: a segment is the longest accepted run from its
/// start, and each segment starts afresh. The machine here is a copy of the one of the ICU in use, or
/// one that is kept (``StoredMachine``); ``RuleSegmenter`` runs it. Characters of dictionary
/// scripts have categories from `firstDictionaryCategory` on and are left to ICU.
///
/// Nothing changes after the machine is made, so any number of threads may use it. Machines are
/// made once a locale or rule and stay for as long as the process.
@safe struct RuleMachine: @unchecked Sendable {
  // Sendable: the memory is filled before `init` returns and only read afterwards.

  /// The next state for a state and an ASCII byte: `state << 7 | byte`.
  let ascii: UnsafeMutablePointer<UInt8>
  /// The next state for a state and a category: `state * categoryCount + category`.
  let next: UnsafePointer<UInt8>
  /// The category of each code point.
  let category: UnsafePointer<UInt8>
  /// 1 for states in which a segment may end.
  let accepting: UnsafePointer<UInt8>
  /// The rule status of a segment that ends in the state.
  let status: UnsafePointer<Int32>
  let categoryCount: Int
  let startState: Int
  /// The category that stands behind the last character of the text.
  let endCategory: Int
  let firstDictionaryCategory: UInt8
  /// 1 for each category of the scripts of South East Asia that are written without spaces.
  let isComplex: UnsafePointer<UInt8>
  /// Whether a line feed always ends a segment, so that the next starts afresh behind it.
  let endsAtLineFeed: Bool
  /// The accepting state after any run of the letters A to Z and a to z at the start of a segment;
  /// 0 if they are not all alike.
  let letterState: Int

  /// Copies the machine of an open breaker; nil if it cannot be run outside ICU.
  ///
  /// - Parameter cutsAtSign: see ``ICUSegmenter/cutsAtSign``.
  init?(copying breaker: OpaquePointer, cutsAtSign: Bool) {
    var rules = unsafe wt_icu_rules()
    guard unsafe wt_icu_copy_rules(breaker, &rules) == 0, let category = unsafe rules.category
    else { return nil }
    // SAFETY: there is a category for every code point.
    if cutsAtSign {
      unsafe category[Int(ICUSegmenter.atSign)] = category[Int(ICUSegmenter.otherSign)]
    }
    unsafe self.init(owning: rules)
  }

  /// Takes over filled tables.
  private init?(owning rules: wt_icu_rules) {
    guard let next = unsafe rules.next, let category = unsafe rules.category,
      let accepting = unsafe rules.accepting, let status = unsafe rules.status
    else { return nil }
    unsafe self.next = UnsafePointer(next)
    unsafe self.category = UnsafePointer(category)
    unsafe self.accepting = UnsafePointer(accepting)
    unsafe self.status = UnsafePointer(status)
    let stateCount = Int(unsafe rules.state_count)
    let columns = Int(unsafe rules.category_count)
    let start = Int(unsafe rules.start_state)
    categoryCount = columns
    startState = start
    endCategory = Int(unsafe rules.end_category)
    firstDictionaryCategory = UInt8(unsafe rules.first_dictionary_category)
    let table = UnsafeMutablePointer<UInt8>.allocate(capacity: stateCount << 7)
    unsafe ascii = table
    // SAFETY: the shim has checked that states and categories are inside the tables.
    for state in 0..<stateCount {
      for byte in 0..<128 {
        unsafe (table + (state << 7 | byte)).initialize(
          to: next[state * columns + Int(category[byte])])
      }
    }
    let afterLineFeed = Set((0..<stateCount).map { unsafe table[$0 << 7 | 10] })
    endsAtLineFeed = afterLineFeed.allSatisfy { state in
      if state == 0 { return true }
      if unsafe accepting[Int(state)] == 0 { return false }
      return (0..<columns).allSatisfy { unsafe next[Int(state) * columns + $0] == 0 }
    }
    let complex = UnsafeMutablePointer<UInt8>.allocate(capacity: 256)
    unsafe withUnsafeBytes(of: rules.is_complex) { flags in
      for kind in 0..<256 { unsafe (complex + kind).initialize(to: flags[kind]) }
    }
    unsafe isComplex = UnsafePointer(complex)
    let capitals = [UInt8](UInt8(ascii: "A")...UInt8(ascii: "Z"))
    let first = Int(unsafe table[start << 7 | Int(UInt8(ascii: "A"))])
    let isUniform = (capitals + capitals.map { $0 | 0x20 }).allSatisfy {
      unsafe table[start << 7 | Int($0)] == UInt8(first)
        && table[first << 7 | Int($0)] == UInt8(first)
    }
    letterState = unsafe isUniform && accepting[first] != 0 ? first : 0
  }

  /// Frees a machine that is not going to be used.
  private func deallocate() {
    var rules = unsafe wt_icu_rules()
    unsafe rules.next = .init(mutating: next)
    unsafe rules.category = .init(mutating: category)
    unsafe rules.accepting = .init(mutating: accepting)
    unsafe rules.status = .init(mutating: status)
    unsafe wt_icu_free_rules(&rules)
    unsafe ascii.deallocate()
    unsafe isComplex.deallocate()
  }

  // MARK: one machine a locale

  private struct Key: Hashable {
    var unit: Int32
    /// Empty for our own rule, whose variant says all.
    var locale: String
    var cutsAtSign: Bool
    var rule: WordRule?
  }

  private static let machines = Locked<[Key: RuleMachine?]>([:])

  /// The machine of a breaker's unit and locale, or nil if the ICU in use has none that can be run
  /// outside it or if the machine failed the comparison with ICU's iterator.
  static func machine(of icu: ICUSegmenter) -> RuleMachine? {
    let key = Key(
      unit: icu.unit.code, locale: icu.rule == nil ? icu.locale : "", cutsAtSign: icu.cutsAtSign,
      rule: icu.rule)
    if let known = machines.withLock({ $0[key] }) { return known }
    let machine = kept(for: icu) ?? checkedCopy(of: icu)
    return machines.withLock { machines in
      if let known = machines[key] {
        // Another thread was faster.
        machine?.deallocate()
        return known
      }
      machines[key] = .some(machine)
      return machine
    }
  }

  /// The machine of our own rule that needs no compiler, where it has the letters of the ICU in use.
  private static func kept(for icu: ICUSegmenter) -> RuleMachine? {
    guard let rule = icu.rule,
      TokenizerRule.currentUnicodeVersion == StoredMachine.unicodeVersion
    else { return nil }
    return unsafe RuleMachine(owning: StoredMachine.tables(StoredMachine.kept(rule)))
  }

  /// A copy of ICU's machine, if there is one that does as ICU's iterator.
  private static func checkedCopy(of icu: ICUSegmenter) -> RuleMachine? {
    guard let machine = unsafe RuleMachine(copying: icu.breaker, cutsAtSign: icu.cutsAtSign)
    else { return nil }
    guard RuleProbe.agrees(machine, icu) else {
      machine.deallocate()
      return nil
    }
    return machine
  }
}
