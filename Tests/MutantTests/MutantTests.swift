import Libc
import Testing
import TestSupport
import WordtoolCore

/// Files are believed in nothing: damaged copies of every format are read in this process, so that a
/// trap or a loop without end is seen at once.
///
/// A copy is refused with a `WordtoolError` of one line, or answered with finite numbers. Readers
/// bound their work and memory by the size of the file, and no clock is looked at.
@Suite struct MutantTests {
  /// Copies of the quickest format: 20,000 in an optimised build, 1,000,000 with `WT_SLOW_TESTS=1`; a
  /// fiftieth of that in a debug build. Other formats have a `cost` of 2 to 40 by which theirs are
  /// divided: AddressSanitizer looks on while 1.8 million copies of all formats are read.
  /// `WORDTOOL_MUTANTS` gives another number.
  static let count: Int = {
    if let text = getenv("WORDTOOL_MUTANTS"), let count = Int(String(cString: text)) {
      return count
    }
    #if DEBUG
    return RealData.slowTestsAreWanted ? 20_000 : 400
    #else
    return RealData.slowTestsAreWanted ? 1_000_000 : 20_000
    #endif
  }()

  @Test(arguments: MutantFormat.all)
  func `damaged copies are refused in one line or answered with finite numbers`(
    format: MutantFormat
  ) throws {
    var run = try MutantRun(format)
    var faults = [run.faultOfOriginal()].compactMap { $0 }
    for number in 0..<max(20, Self.count / format.cost) {
      if let fault = run.fault(of: number) { faults.append(fault) }
      if faults.count == 5 { break }
    }
    #expect(faults == [])
  }

  #if os(Linux)
  @Test(.enabled(if: !AddressSpace.isSanitized))
  func `a copy takes no more memory than four times its file and 64 MB`() async {
    await #expect(processExitsWith: .success) {
      for format in MutantFormat.all {
        var run = try MutantRun(format)
        // What is made once and kept is there.
        #expect(run.faultOfOriginal() == nil, "\(format)")
        let fault = try AddressSpace.withMore(4 * run.byteCount + 64 << 20) {
          (0..<max(20, MutantTests.count / 10 / format.cost)).lazy.compactMap { run.fault(of: $0) }
            .first
        }
        #expect(fault == nil, "\(format)")
      }
    }
  }
  #endif

  @Test func `every public reader of the libraries has a format here`() throws {
    let known = Set(MutantFormat.all.flatMap(\.readers))
    let readers = try ReaderList.all()
    #expect(readers.subtracting(known).sorted() == [], "they need a row in a table of formats")
    #expect(known.subtracting(readers).sorted() == [], "they are no longer there")
    #expect(Set(MutantFormat.all.map(\.name)).count == MutantFormat.all.count)
  }
}
