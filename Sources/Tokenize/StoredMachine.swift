import CICUShims
import Libc

/// The machines of our own ``WordRule`` as an ICU of Unicode 15.0 compiles them, kept in the library, so
/// that a program that cuts words need not wait for the compiler and the comparison behind it: eight
/// milliseconds, a quarter of a short command.
///
/// Under another version of Unicode letters may have come that are not in them, and the rule is compiled.
///
/// The bytes of a machine: the counts of states and of categories, the state of the start, the category
/// behind the text and the first one of dictionaries; for each state whether a segment may end there; for
/// each state the rule status, two bytes; the next state for each state and category; for each category
/// whether it belongs to a script of South East Asia; then ranges of code points, each by its first in
/// three bytes and its category, up to the next. Numbers have their low byte first.
///
/// The files in Rules are written by `WORDTOOL_UPDATE_RULES=1 swift test --filter WordRuleTests`.
package enum StoredMachine {
  /// The version of Unicode that the machines were compiled under.
  package static let unicodeVersion = "15.0"
  /// The version of ICU that numbered their states and categories.
  package static let icuVersion = "72.1"

  static let codePointCount = 0x11_0000
  /// The counts and places at the beginning.
  static let headerCount = 5

  /// The machine that is kept for the rule of a locale.
  package static func kept(locale: String) -> [UInt8] { kept(WordRule(locale: locale)) }

  static func kept(_ rule: WordRule) -> [UInt8] {
    rule.joinsAtColon ? PackageResources.words_colon_machine : PackageResources.words_machine
  }

  /// What the ICU in use compiles the rule of a locale to; nil if its machine cannot be copied.
  ///
  /// - Throws: ``WordtoolError`` of kind `usage` for an unknown locale.
  package static func compiled(locale: String) throws -> [UInt8]? {
    let icu = try ICUSegmenter(ownRuleOf: locale)
    var rules = unsafe wt_icu_rules()
    guard unsafe wt_icu_copy_rules(icu.breaker, &rules) == 0 else { return nil }
    defer { unsafe wt_icu_free_rules(&rules) }
    return unsafe bytes(of: rules)
  }

  private static func bytes(of rules: wt_icu_rules) -> [UInt8] {
    let states = Int(unsafe rules.state_count)
    let categories = Int(unsafe rules.category_count)
    var bytes = unsafe [
      rules.state_count, rules.category_count, rules.start_state, rules.end_category,
      rules.first_dictionary_category,
    ].map { UInt8($0) }
    // SAFETY: the shim has filled all tables, with as many values as its counts say.
    for state in 0..<states { unsafe bytes.append(rules.accepting[state]) }
    for state in 0..<states {
      let status = unsafe UInt16(rules.status[state])
      bytes += [UInt8(status & 255), UInt8(status >> 8)]
    }
    for cell in 0..<states * categories { unsafe bytes.append(rules.next[cell]) }
    unsafe withUnsafeBytes(of: rules.is_complex) { flags in
      for category in 0..<categories { unsafe bytes.append(flags[category]) }
    }
    for point in 0..<codePointCount
    where unsafe point == 0 || rules.category[point] != rules.category[point - 1] {
      bytes += [UInt8(point & 255), UInt8(point >> 8 & 255), UInt8(point >> 16)]
      unsafe bytes.append(rules.category[point])
    }
    return bytes
  }

  /// The tables of a machine that is kept; the caller frees them.
  static func tables(_ bytes: [UInt8]) -> wt_icu_rules {
    let states = Int(bytes[0])
    let categories = Int(bytes[1])
    var rules = unsafe wt_icu_rules()
    unsafe rules.state_count = Int32(states)
    unsafe rules.category_count = Int32(categories)
    unsafe rules.start_state = Int32(bytes[2])
    unsafe rules.end_category = Int32(bytes[3])
    unsafe rules.first_dictionary_category = Int32(bytes[4])
    var at = headerCount
    func memory<Value>(_ count: Int, of type: Value.Type) -> UnsafeMutablePointer<Value> {
      guard let memory = unsafe malloc(count * MemoryLayout<Value>.stride) else {
        preconditionFailure("no memory for the tables of the word rule")
      }
      return unsafe memory.bindMemory(to: type, capacity: count)
    }
    func take(_ count: Int) -> ArraySlice<UInt8> {
      defer { at += count }
      return bytes[at..<at + count]
    }
    func table(_ count: Int) -> UnsafeMutablePointer<UInt8> {
      let table = unsafe memory(count, of: UInt8.self)
      _ = unsafe UnsafeMutableBufferPointer(start: table, count: count).initialize(
        fromContentsOf: take(count))
      return unsafe table
    }
    unsafe rules.accepting = table(states)
    let status = unsafe memory(states, of: Int32.self)
    for state in 0..<states {
      unsafe (status + state).initialize(
        to: Int32(bytes[at + 2 * state]) | Int32(bytes[at + 2 * state + 1]) << 8)
    }
    unsafe rules.status = status
    at += 2 * states
    unsafe rules.next = table(states * categories)
    unsafe withUnsafeMutableBytes(of: &rules.is_complex) { flags in
      for (category, flag) in take(categories).enumerated() { unsafe flags[category] = flag }
    }
    unsafe rules.category = memory(codePointCount, of: UInt8.self)
    var end = codePointCount
    for range in stride(from: bytes.count - 4, through: at, by: -4) {
      let start = Int(bytes[range]) | Int(bytes[range + 1]) << 8 | Int(bytes[range + 2]) << 16
      unsafe (rules.category + start).initialize(repeating: bytes[range + 3], count: end - start)
      end = start
    }
    return unsafe rules
  }
}
