import BLASCore
import CKernels
import MessagePassing
import WordtoolCore

/// Joins rows of replicas that are dealt out to ranks.
///
/// A stretch of the rows at a time, so that memory stays bounded; each row of it has an owner among the
/// ranks. All send the owners their replicas' changed rows and how often each was changed; the owner joins
/// a row, its changes in the order of the replicas; all get the joined rows. So a rank sends each changed
/// row once and gets each joined row once, however many ranks there are.
@safe final class RankExchange: RowExchange {
  // SAFETY: buffers have room for a stretch as the initialiser says; pieces write rows of their own.

  /// What a replica has changed.
  private struct Change: BitwiseCopyable {
    /// The row's place in the stretch.
    var place: Int32
    /// How often.
    var count: Int32
  }

  private let communicator: any Communicator
  private let stride: Int
  /// Rows of a stretch.
  private let stretchLength: Int

  // [rows, stride], of a stretch: those of the replicas that are here, those that were sent by all
  // replicas, of this rank's own rows, these when they are joined, and joined rows of all ranks.
  private let sent: RowStorage
  private let received: RowStorage
  private let joined: RowStorage
  private let all: RowStorage

  // Of a stretch: what the rows in `sent` are copies of, and their changes.
  private var sources: [(replica: Int, row: Int)] = []
  private var changes: [Change] = []

  private static let rowsPerPiece = 64

  /// Takes memory for a stretch: about 16 MB four times, less for small tables.
  ///
  /// - Parameters:
  ///   - communicator: of at least 2 ranks, each of which has as many replicas.
  ///   - replicaCount: in all.
  ///   - table: of the size of the largest that is joined.
  /// - Throws: `WordtoolError` of kind `unavailable` when there is not enough.
  init(_ communicator: any Communicator, replicaCount: Int, like table: RowStorage) throws {
    self.communicator = communicator
    stride = table.stride
    let local = replicaCount / communicator.rankCount
    let rowsPerRound = CommunicatorLimits.roundByteCount / (4 * table.stride * local)
    stretchLength = max(communicator.rankCount, min(rowsPerRound, table.rowCount))
    let own = (stretchLength + communicator.rankCount - 1) / communicator.rankCount
    sent = try RowStorage(rowCount: stretchLength * local, dimension: table.dimension)
    received = try RowStorage(rowCount: own * replicaCount, dimension: table.dimension)
    joined = try RowStorage(rowCount: own, dimension: table.dimension)
    all = try RowStorage(rowCount: stretchLength, dimension: table.dimension)
  }

  func union(of rows: [Int32]) -> [Int32] {
    let sorted = communicator.gather(all: rows).sorted()
    return sorted.indices.lazy.filter { $0 == 0 || sorted[$0] != sorted[$0 - 1] }.map { sorted[$0] }
  }

  func join(
    _ rows: ReplicatedRows, _ table: RowStorage, count: Int, rate: Float, piece: Int,
    by team: ThreadTeam, row: (Int) -> Int
  ) {
    for start in Swift.stride(from: 0, to: count, by: stretchLength) {
      let stretch = start..<min(start + stretchLength, count)
      let sentCounts = list(rows, stretch, row)
      copyChanged(rows, by: team)
      let receivedCounts = communicator.exchange(sentCounts)
      let changes = exchange(sentCounts, receivedCounts)
      let places = joinOwn(rows, table, stretch, changes, rate: rate, by: team, row: row)
      let allPlaces = gather(places)
      put(rows, table, allPlaces.map { row(start + Int($0)) }, by: team)
    }
  }

  /// The places of a stretch that a rank owns, from 0.
  private func part(_ rank: Int, of stretch: Range<Int>) -> Range<Int> {
    let ranks = communicator.rankCount
    return rank * stretch.count / ranks..<(rank + 1) * stretch.count / ranks
  }

  /// Lists what the replicas that are here have changed, for one owner after another.
  ///
  /// - Returns: how many changed rows each owner is sent.
  private func list(
    _ rows: ReplicatedRows, _ stretch: Range<Int>, _ row: (Int) -> Int
  ) -> [Int] {
    sources.removeAll(keepingCapacity: true)
    changes.removeAll(keepingCapacity: true)
    return (0..<communicator.rankCount).map { owner in
      let before = changes.count
      for place in part(owner, of: stretch) {
        let row = row(stretch.lowerBound + place)
        for (replica, change) in rows.changes.enumerated() {
          let count = unsafe change.counts[row]
          if count == 0 { continue }
          sources.append((replica, row))
          changes.append(Change(place: Int32(truncatingIfNeeded: place), count: count))
        }
      }
      return changes.count - before
    }
  }

  private func copyChanged(_ rows: ReplicatedRows, by team: ThreadTeam) {
    forEach(sources.count, by: team) { [self] number in
      let (replica, row) = sources[number]
      let source = unsafe rows.replicas[replica].base + row * stride
      unsafe (sent.base + number * stride).update(from: source, count: stride)
    }
  }

  /// Sends what was listed, and takes what other replicas have changed of this rank's rows into
  /// `received`.
  ///
  /// - Returns: what these rows are, in the order of the replicas for each place.
  private func exchange(_ sentCounts: [Int], _ receivedCounts: [Int]) -> [Change] {
    let count = receivedCounts.reduce(0, +)
    precondition(count <= received.rowCount, "\(count) rows of other ranks")
    func bytes(_ counts: [Int], _ each: Int) -> [Int] { counts.map { $0 * each } }
    let size = MemoryLayout<Change>.stride
    let others = unsafe [Change](filled: count) { room in
      unsafe changes.withUnsafeBytes {
        unsafe communicator.exchange(
          $0, counts: bytes(sentCounts, size), into: room,
          receivedCounts: bytes(receivedCounts, size))
      }
    }
    unsafe communicator.exchange(
      UnsafeRawBufferPointer(start: sent.base, count: changes.count * stride * 4),
      counts: bytes(sentCounts, stride * 4),
      into: UnsafeMutableRawBufferPointer(start: received.base, count: count * stride * 4),
      receivedCounts: bytes(receivedCounts, stride * 4))
    return others
  }

  /// Joins the rows that this rank owns, as ``RowJoin`` does.
  ///
  /// - Returns: the places of those that some replica has changed; they are in `joined`.
  private func joinOwn(
    _ rows: ReplicatedRows, _ table: RowStorage, _ stretch: Range<Int>, _ changes: [Change],
    rate: Float, by team: ThreadTeam, row: (Int) -> Int
  ) -> [Int32] {
    let own = part(communicator.rank, of: stretch)
    // The changes by places, those of a place as they came: in the order of ranks and replicas.
    var ends = [Int](repeating: 0, count: own.count + 1)
    for change in changes { ends[Int(change.place) - own.lowerBound + 1] += 1 }
    for place in own.indices { ends[place - own.lowerBound + 1] += ends[place - own.lowerBound] }
    let starts = ends
    var numbers = [Int32](repeating: 0, count: changes.count)
    var counts = numbers
    for (number, change) in changes.enumerated() {
      let place = Int(change.place) - own.lowerBound
      numbers[ends[place]] = Int32(truncatingIfNeeded: number)
      counts[ends[place]] = change.count
      ends[place] += 1
    }
    let changed = own.indices.map { $0 - own.lowerBound }.filter { starts[$0] < starts[$0 + 1] }
    let kernels = unsafe rows.kernels.pointer
    unsafe numbers.withUnsafeBufferPointer { numbers in
      unsafe counts.withUnsafeBufferPointer { counts in
        forEach(changed.count, by: team) { [self] index in
          let place = changed[index]
          let range = starts[place]..<starts[place + 1]
          let weight = unsafe rows.replication.weight(
            rate: rate, counts: UnsafeBufferPointer(rebasing: counts[range]))
          let sum = unsafe joined.base + index * stride
          guard let first = numbers.baseAddress else { return }
          unsafe kernels.pointee.gather_rows_f32(
            Int64(stride), received.base, Int64(stride), first + range.lowerBound,
            Int64(range.count), weight, sum)
          if range.count > 1 {
            let row = row(stretch.lowerBound + own.lowerBound + place)
            unsafe kernels.pointee.axpy_f32(
              Int64(stride), 1 - weight * Float(range.count), table.base + row * stride, sum)
          }
        }
      }
    }
    return changed.map { Int32(truncatingIfNeeded: $0 + own.lowerBound) }
  }

  /// Brings the joined rows of all ranks into `all`.
  ///
  /// - Returns: their places.
  private func gather(_ places: [Int32]) -> [Int32] {
    let counts = communicator.gather(places.count)
    unsafe communicator.gather(
      UnsafeRawBufferPointer(start: joined.base, count: places.count * stride * 4),
      into: UnsafeMutableRawBufferPointer(start: all.base, count: counts.reduce(0, +) * stride * 4),
      counts: counts.map { $0 * stride * 4 })
    return communicator.gather(places, counts: counts)
  }

  /// Puts joined rows into the table and the replicas that are here.
  private func put(
    _ rows: ReplicatedRows, _ table: RowStorage, _ joined: [Int], by team: ThreadTeam
  ) {
    forEach(joined.count, by: team) { [self] index in
      let value = unsafe all.base + index * stride
      let row = joined[index]
      unsafe (table.base + row * stride).update(from: value, count: stride)
      for (replica, change) in zip(rows.replicas, rows.changes) {
        unsafe (replica.base + row * stride).update(from: value, count: stride)
        unsafe change.counts[row] = 0
      }
    }
  }

  private func forEach(_ count: Int, by team: ThreadTeam, _ body: (Int) -> Void) {
    let size = Self.rowsPerPiece
    team.forEach(pieces: (count + size - 1) / size) { piece in
      for index in piece * size..<min((piece + 1) * size, count) { body(index) }
    }
  }
}
