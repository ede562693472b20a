package import WordtoolCore

extension ImageDataset {
  /// The set of a folder without the images that cannot be decoded, which are told in
  /// ``leftOut``. Every image is decoded once for it; sets of one file stay as they are.
  /// How many images there are decides the steps of an epoch and what is kept for validation, so it is
  /// known before the first. It takes as long as reading one epoch's images: of LeNet-5 on PNG files of
  /// 64 x 64, one of the smallest networks, 2.3 % of a training of one epoch and 0.3 % of one of ten.
  ///
  /// - Throws: `WordtoolError`: `badData` when a class or the set loses its last image, `interrupted`,
  ///   and what reading a file throws.
  package func withoutDamaged(
    threads: Int = Workers.defaultCount, stop: StopFlag = StopFlag()
  ) throws -> ImageDataset {
    guard case .files(let files) = storage else { return self }
    let workers = max(1, min(threads, files.count))
    let damaged = Locked<[Int: WordtoolError]>([:])
    try Workers.run(count: workers) { worker in
      for index in stride(from: worker, to: files.count, by: workers) {
        if stop.isRaised {
          throw WordtoolError(.interrupted, path: path, found: "stopped while reading")
        }
        do {
          _ = try image(at: index)
        } catch let error as WordtoolError where error.kind == .badData {
          damaged.withLock { $0[index] = error }
        }
      }
    }
    let errors = damaged.withLock { $0 }
    if errors.isEmpty { return self }
    let kept = files.indices.filter { errors[$0] == nil }
    let left = Set(kept.map { labels[$0] })
    for index in errors.keys.sorted() where !left.contains(labels[index]) {
      guard var error = errors[index] else { continue }
      error.found =
        "\(error.found), and the class '\(classNames[Int(labels[index])])' has no good image"
      throw error
    }
    var set = ImageDataset(
      path: path, classNames: classNames, labels: kept.map { labels[$0] }, shape: shape,
      storage: .files(kept.map { files[$0] }), channels: channels)
    set.leftOut =
      leftOut
      + errors.keys.sorted().map {
        .init(path: files[$0], reason: Self.damage)
      }
    return set
  }

  /// The reason that images are left out for which cannot be decoded.
  private static let damage = "an image that is damaged or of a kind that is not read"
}
