extension Communicator {
  /// What all ranks say to the same question, in their order.
  package func gather<Value: BitwiseCopyable>(_ value: Value) -> [Value] {
    unsafe [Value](filled: rankCount) { room in
      unsafe withUnsafeBytes(of: value) {
        unsafe gather(
          $0, into: room,
          counts: Array(repeating: MemoryLayout<Value>.size, count: rankCount))
      }
    }
  }

  /// The values of all ranks, one rank's behind another's, where it is known how many each has.
  package func gather<Value: BitwiseCopyable>(_ values: [Value], counts: [Int]) -> [Value] {
    let all = counts.reduce(0, +)
    return unsafe [Value](filled: all) { room in
      unsafe values.withUnsafeBytes {
        unsafe gather($0, into: room, counts: counts.map { $0 * MemoryLayout<Value>.stride })
      }
    }
  }

  /// The values of all ranks, one rank's behind another's.
  ///
  /// However many they are: they come in rounds.
  package func gather<Value: BitwiseCopyable>(all values: [Value]) -> [Value] {
    let counts = gather(values.count)
    let size = MemoryLayout<Value>.stride
    let starts = counts.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1) }
    let perRound = max(1, CommunicatorLimits.roundByteCount / size)
    let roundCount = ((counts.max() ?? 0) + perRound - 1) / perRound
    return unsafe [Value](filled: starts[rankCount]) { room in
      var staged: [UInt8] = []
      for round in 0..<roundCount {
        let parts = counts.map { min(round * perRound, $0)..<min((round + 1) * perRound, $0) }
        let byteCounts = parts.map { $0.count * size }
        staged = [UInt8](repeating: 0, count: byteCounts.reduce(0, +))
        unsafe values.withUnsafeBytes { values in
          let own = parts[rank].lowerBound * size
          unsafe staged.withUnsafeMutableBytes {
            unsafe gather(
              UnsafeRawBufferPointer(rebasing: values[own..<own + byteCounts[rank]]), into: $0,
              counts: byteCounts)
          }
        }
        var place = 0
        for (number, part) in parts.enumerated() {
          let target = (starts[number] + part.lowerBound) * size
          unsafe UnsafeMutableRawBufferPointer(
            rebasing: room[target..<target + byteCounts[number]]
          ).copyBytes(from: staged[place..<place + byteCounts[number]])
          place += byteCounts[number]
        }
      }
    }
  }

  /// What each rank says to this one, in their order.
  ///
  /// - Parameter values: what each rank is told.
  package func exchange(_ values: [Int]) -> [Int] {
    let counts = Array(repeating: MemoryLayout<Int>.size, count: rankCount)
    return unsafe [Int](filled: rankCount) { room in
      unsafe values.withUnsafeBytes {
        unsafe exchange($0, counts: counts, into: room, receivedCounts: counts)
      }
    }
  }

  /// Whether something holds on any rank.
  package func isTrueOfAny(_ isTrue: Bool) -> Bool { gather(isTrue).contains(true) }

  /// What rank 0 says.
  package func ofFirstRank<Value: BitwiseCopyable>(_ value: Value) -> Value { gather(value)[0] }
}
