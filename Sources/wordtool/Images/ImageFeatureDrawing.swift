import ConvNets
import WordtoolCore

/// The pictures of `image features`.
struct ImageFeatureDrawing {
  let command: ImageFeaturesCommand
  let model: ImageModel
  let source: ImageSource?
  let stop: StopFlag

  /// One picture, and a line about it.
  func draw(_ view: ImageFeaturesCommand.View) throws -> (Image, String) {
    switch view {
    case .filters: return try filters()
    case .maps: return try maps()
    case .occlusion: return try occlusion()
    case .saliency: return try saliency()
    case .deconv:
      return command.across == nil ? try projections() : try projectionsAcross()
    }
  }

  // MARK: The image

  /// The image as it is, and as the network has it but for the scale.
  private func loaded() throws -> (image: Image, fitted: Image) {
    guard let source else { preconditionFailure("a view without an image") }
    let image = try source.image(at: command.index)
    do {
      return (
        image, try model.description.preprocessing.fitted(image, to: model.inputShape)
      )
    } catch var error as WordtoolError {
      error.path = error.path ?? source.name(at: command.index)
      throw error
    }
  }

  /// The class that is asked about, and its probability.
  private func label(of image: Image) throws -> (number: Int, name: String, probability: Float) {
    let row = try model.classify([image])[0]
    let number =
      try command.className.map { try model.label(ofClass: $0) }
      ?? ClassRanking.best(1, of: row)[0]
    return (number, model.classNames[number], row[number])
  }

  private func percent(_ value: Float) -> String { NumberFormat.fixed(Double(value), 4) }

  /// Images of 1 or 3 planes; of others the mean of the planes.
  private func visible(_ image: Image) -> Image {
    if image.channels == 1 || image.channels == 3 { return image }
    let area = image.shape.planeCount
    return Image(
      shape: ImageShape(height: image.height, width: image.width, channels: 1),
      values: (0..<area).map { place in
        (0..<image.channels).reduce(Float(0)) { $0 + image.values[$1 * area + place] }
          / Float(image.channels)
      })
  }

  private func sheet(_ images: [Image], columns: Int, cell: Int) -> Image {
    ContactSheet.make(
      images.map { ContactSheet.fitted($0, side: cell) }, columns: columns, background: 1)
  }

  /// Columns that make a sheet about as wide as high.
  private func columns(_ count: Int) -> Int {
    max(1, Int(Double(count).squareRoot().rounded(.up)))
  }

  // MARK: Views

  private func filters() throws -> (Image, String) {
    let filters = try model.firstLayerFilters()
    let shown = filters.images.prefix(command.count ?? 64).map {
      visible($0).mapped(by: .centered)
    }
    let text =
      "filters of \(filters.layer): \(shown.count) of \(filters.images.count), "
      + "\(filters.images[0].shape); grey is 0"
    return (sheet(shown, columns: columns(shown.count), cell: command.cell ?? 96), text)
  }

  private func maps() throws -> (Image, String) {
    let (image, fitted) = try loaded()
    guard let layer = command.layer ?? model.spatialLayers.first else {
      throw WordtoolError(
        .unavailable, found: "a network whose layers have neither rows nor columns",
        remedy: "--layer names one")
    }
    let maps = try model.featureMaps(of: image, layer: layer)
    let shown = maps.prefix(command.count ?? 64).map { $0.mapped(by: .stretch) }
    let text =
      "maps of \(layer): \(shown.count) of \(maps.count), \(maps[0].height) x \(maps[0].width), "
      + "behind the image"
    return (
      sheet(
        [visible(fitted).mapped(by: .clamp)] + shown, columns: columns(shown.count + 1),
        cell: command.cell ?? 96), text
    )
  }

  private func occlusion() throws -> (Image, String) {
    let (image, fitted) = try loaded()
    let (number, name, probability) = try label(of: image)
    let side = min(fitted.height, fitted.width)
    let (window, stride) = (command.window ?? max(1, side / 5), command.stride ?? max(1, side / 28))
    let map = try model.occlusionMap(
      of: image, label: number, window: window, stride: stride, stop: stop)
    let whole = ClassRanking.logOdds(of: number, try model.logits(of: [image])[0])
    // What lowers the odds is hot.
    let heat = map.map { max(0, whole - $0) }.mapped(by: .stretch)
    func odds(_ value: Float) -> String { NumberFormat.fixed(Double(value), 2) }
    return (
      overlaid(fitted, heat),
      "occlusion by \(window) x \(window), \(stride) apart: '\(name)', probability "
        + "\(percent(probability)), log-odds from \(odds(whole)) down to "
        + odds(map.values.min() ?? 0)
    )
  }

  private func saliency() throws -> (Image, String) {
    let (image, fitted) = try loaded()
    let (number, name, probability) = try label(of: image)
    let map = try model.saliency(of: image, label: number)
    // A few pixels far above the others would leave these black.
    let order = map.values.sorted()
    let top = max(order[order.count - 1 - order.count / 200], .leastNormalMagnitude)
    let heat = map.map { min(1, $0 / top) }
    return (
      overlaid(fitted, heat), "saliency for '\(name)', probability \(percent(probability))"
    )
  }

  /// The image, a map in the colours of heat, and the image with light where the map is hot.
  private func overlaid(_ fitted: Image, _ map: Image) -> Image {
    let image = visible(fitted).mapped(by: .clamp)
    let map = map.resized(height: image.height, width: image.width)
    let color = image.channels == 3 ? image : Image(planes: [image, image, image])
    var lit = color
    let area = image.shape.planeCount
    unsafe lit.withMutableValues { values in
      for place in values.indices { unsafe values[place] *= 0.3 + 0.7 * map.values[place % area] }
    }
    return sheet([color, Self.heat(map), lit], columns: 3, cell: command.cell ?? 224)
  }

  /// Black, red, yellow, white for 0 to 1.
  private static func heat(_ map: Image) -> Image {
    Image(planes: (0..<3).map { part in map.map { min(1, max(0, 3 * $0 - Float(part))) } })
  }

  private func lastSpatialLayer() throws -> String {
    guard let layer = command.layer ?? model.spatialLayers.last else {
      throw WordtoolError(
        .unavailable, found: "a network whose layers have neither rows nor columns",
        remedy: "--layer names one")
    }
    return layer
  }

  private func projections() throws -> (Image, String) {
    let (image, fitted) = try loaded()
    let layer = try lastSpatialLayer()
    // Of a large image one value would be a speck.
    let projections = try model.deconvolve(
      image, layer: layer, count: command.count ?? 16, wholeMaps: true)
    guard !projections.isEmpty else {
      throw WordtoolError(
        .unavailable, found: "no value above 0 in layer '\(layer)'", expected: "another layer")
    }
    let shown = projections.map { visible($0.picture).mapped(by: .centered) }
    let channels = projections.map { "\($0.channel)" }.joined(separator: ", ")
    return (
      sheet(
        [visible(fitted).mapped(by: .clamp)] + shown, columns: columns(shown.count + 1),
        cell: command.cell ?? 96),
      "deconv of \(layer), behind the image: channels \(channels)"
    )
  }

  /// For each channel a square of nine projections, and below it the parts of the images they came
  /// from.
  private func projectionsAcross() throws -> (Image, String) {
    guard let set = source?.dataset else {
      throw WordtoolError(
        .usage, path: command.image, found: "--across of one image", expected: "a set of images")
    }
    let layer = try lastSpatialLayer()
    let number = min(command.across ?? set.count, set.count)
    let found = try model.deconvolve(
      set, indices: Array(0..<number), layer: layer, channels: command.count ?? 16, stop: stop
    ).filter { !$0.isEmpty }
    guard !found.isEmpty else {
      throw WordtoolError(
        .unavailable, found: "no value above 0 in layer '\(layer)'", expected: "another layer")
    }
    let cell = command.cell ?? 96
    let all = found.joined()
    let height = all.map(\.rows.count).max() ?? 1
    let width = all.map(\.columns.count).max() ?? 1
    /// What the value depends on; grey where that reaches beyond the image.
    func part(_ image: Image, _ projection: ImageModel.Projection) -> Image {
      let (rows, columns) = (projection.rows, projection.columns)
      let top = rows.lowerBound == 0 ? height - rows.count : 0
      let left = columns.lowerBound == 0 ? width - columns.count : 0
      var result = Image(
        shape: ImageShape(height: height, width: width, channels: image.channels),
        filledWith: 0.5)
      for channel in 0..<image.channels {
        for row in rows {
          for column in columns {
            result[top + row - rows.lowerBound, left + column - columns.lowerBound, channel] =
              image[row, column, channel]
          }
        }
      }
      return result
    }
    let blocks = try found.map { projections in
      let projected = projections.map { projection in
        part(visible(projection.picture).mapped(by: .centered), projection)
      }
      let originals = try projections.map { projection in
        let fitted = try model.description.preprocessing.fitted(
          try set.image(at: projection.image), to: model.inputShape)
        return part(visible(fitted).mapped(by: .clamp), projection)
      }
      func square(_ images: [Image]) -> Image {
        sheet(images, columns: 3, cell: max(8, cell / 3))
      }
      return ContactSheet.make(
        [square(projected), square(originals)], columns: 1, gap: 0, background: 1)
    }
    return (
      ContactSheet.make(blocks, columns: columns(blocks.count * 2), gap: 4),
      "deconv of \(layer) over \(number) images: channels "
        + found.map { "\($0[0].channel)" }.joined(separator: ", ")
    )
  }
}
