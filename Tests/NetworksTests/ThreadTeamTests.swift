import Networks
import Testing

@Suite struct ThreadTeamTests {
  @Test func aTeamMayEndBeforeItsThreadsHaveBegun() {
    for _ in 0..<200 { _ = ThreadTeam(threadCount: 4) }
  }

  @Test func everyPieceIsDoneOnce() throws {
    let team = ThreadTeam(threadCount: 3)
    let counts = try AlignedBuffer<Double>(count: 50)
    for _ in 0..<20 { team.forEach(pieces: 50) { counts.base[$0] += 1 } }
    #expect(counts.all.allSatisfy { $0 == 20 })
  }
}
