/// Work on the lines of texts by several threads, whose results come in the order of the lines.
package enum OrderedLines {
  /// Makes something of blocks of lines and hands it on.
  ///
  /// - Parameters:
  ///   - blocks: the lines; nobody else may take from them.
  ///   - threads: how many threads, at least 1; what comes out does not depend on it.
  ///   - stop: ends the work early, with an error of kind `interrupted`.
  ///   - makeWorker: called once by each thread for what it works with.
  ///   - work: makes the result of a block, which is valid until the same worker's next call.
  ///   - output: gets the results one at a time, in order.
  /// - Throws: the error of the first block that failed, when all before it have been handed on: what
  ///   reading, `work` and `output` throw; ``WordtoolError`` of kind `usage` or `unavailable` for threads.
  package static func write<Worker>(
    _ blocks: LineBlocks, threads: Int, stop: StopFlag,
    makeWorker: @escaping @Sendable () -> Worker,
    work: @escaping @Sendable (LineBlock, Worker) throws -> UnsafeRawBufferPointer,
    to output: @escaping @Sendable (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    let turns = Turns(())
    try forEach(
      blocks, threads: threads, stop: stop, makeWorker: makeWorker,
      work: { block, worker in
        let result = try unsafe work(block, worker)
        _ = try turns.take(block.index) { _ in try unsafe output(result) }
      }, failed: { turns.fail($0) }, done: { _ in })
  }

  /// Does something with blocks of lines, in any order.
  ///
  /// - Parameters:
  ///   - failed: called by the thread whose block failed, before others hear of it.
  ///   - done: called by each thread at its end, one after another.
  /// - Throws: as ``write(_:threads:stop:makeWorker:work:to:)``.
  package static func forEach<Worker>(
    _ blocks: LineBlocks, threads: Int, stop: StopFlag,
    makeWorker: @escaping @Sendable () -> Worker,
    work: @escaping @Sendable (LineBlock, Worker) throws -> Void,
    failed: @escaping @Sendable (Int) -> Void = { _ in },
    done: @escaping @Sendable (Worker) -> Void
  ) throws {
    let firstFailure = Locked<LineBlocks.Failure?>(nil)
    try Workers.run(count: threads) { _ in
      let block = LineBlock()
      let worker = makeWorker()
      do throws(LineBlocks.Failure) {
        while try blocks.next(block) {
          do {
            if stop.isRaised {
              throw WordtoolError(.interrupted, found: "stopped while reading text")
            }
            try work(block, worker)
          } catch {
            failed(block.index)
            throw LineBlocks.Failure(index: block.index, error: error)
          }
        }
      } catch {
        blocks.fail()
        firstFailure.withLock { if error.index < $0?.index ?? Int.max { $0 = error } }
      }
      done(worker)
    }
    if let failure = firstFailure.withLock({ $0 }) { throw failure.error }
  }
}
