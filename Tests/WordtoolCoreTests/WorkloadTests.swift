import Testing
import WordtoolCore

/// The share of all work, out of the shares of its steps.
@Suite struct WorkloadTests {
  @Test func aPlanMakesOneShareOfAllSteps() {
    var work = Workload(plan: [(.reading, 3), (.writing, 1)])
    #expect(work.moment(done: 0) == nil)
    work.begin(.reading, of: 10)
    #expect(work.moment(done: 5) == .init(step: .reading, share: 0.375, isOfAll: true))
    #expect(work.moment(done: 50)?.share == 0.75)
    work.begin(.writing, of: 4)
    #expect(work.moment(done: 1) == .init(step: .writing, share: 0.8125, isOfAll: true))
    // A step that does not come once more in the plan stands for itself.
    work.begin(.writing, of: 4)
    #expect(work.moment(done: 1) == .init(step: .writing, share: 0.25, isOfAll: false))
  }

  @Test func aStepThatIsPassedOverCountsAsDone() {
    var work = Workload(plan: [(.unpacking, 1), (.reading, 2), (.writing, 1)])
    work.begin(.reading, of: 2)
    #expect(work.moment(done: 1)?.share == 0.5)
    work.begin(.writing, of: 0)
    #expect(work.moment(done: 0) == nil)
  }

  @Test func withoutAPlanEachStepStandsForItself() {
    var work = Workload()
    work.begin(.answering, of: 8)
    #expect(work.moment(done: 2) == .init(step: .answering, share: 0.25, isOfAll: false))
  }
}
