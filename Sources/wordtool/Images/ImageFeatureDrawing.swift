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

  /// A picture in the size of a cell, with what it is and what its greys stand for.
  private func cell(_ image: Image, side: Int, _ labels: String?...) -> LabelledSheet.Cell {
    var cell = LabelledSheet.Cell(ContactSheet.fitted(image, side: side))
    cell.labels = labels.compactMap(\.self)
    return cell
  }

  /// The cell of the image that was asked about, with its class where a set tells one.
  private func original(_ fitted: Image, side: Int) -> LabelledSheet.Cell {
    cell(
      visible(fitted).mapped(by: .clamp), side: side, "the image",
      source?.label(at: command.index).map { "class \($0)" })
  }

  private func sheet(_ cells: [LabelledSheet.Cell], columns: Int, _ caption: String) -> Image {
    command.sheet.draw(LabelledSheet(cells, columns: columns, caption: caption))
  }

  /// The side of cells, where there are many.
  private var side: Int { command.sheet.cell ?? 96 }

  /// Columns that make a sheet about as wide as high.
  private func columns(_ count: Int) -> Int {
    max(1, Int(Double(count).squareRoot().rounded(.up)))
  }

  // MARK: Views

  private func filters() throws -> (Image, String) {
    let filters = try model.firstLayerFilters()
    let shown = filters.images.prefix(command.count ?? 64).enumerated().map { number, filter in
      let image = visible(filter)
      return cell(
        image.mapped(by: .centered), side: side, "filter \(number)",
        SheetScale.text(image, .centered))
    }
    let text =
      "filters of \(filters.layer): \(shown.count) of \(filters.images.count), "
      + "\(filters.images[0].shape); grey is 0"
    return (sheet(shown, columns: columns(shown.count), text), text)
  }

  private func maps() throws -> (Image, String) {
    let (image, fitted) = try loaded()
    guard let layer = command.layer ?? model.spatialLayers.first else {
      throw WordtoolError(
        .unavailable, found: "a network whose layers have neither rows nor columns",
        remedy: "--layer names one")
    }
    let maps = try model.featureMaps(of: image, layer: layer)
    let shown = maps.prefix(command.count ?? 64).enumerated().map { number, map in
      cell(
        map.mapped(by: .stretch), side: side, "map \(number)", SheetScale.text(map, .stretch))
    }
    let text =
      "maps of \(layer): \(shown.count) of \(maps.count), \(maps[0].height) x \(maps[0].width), "
      + "behind the image"
    return (
      sheet(
        [original(fitted, side: side)] + shown, columns: columns(shown.count + 1),
        text + "; black to white: below each map"), text
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
    let fall = map.map { max(0, whole - $0) }
    func odds(_ value: Float) -> String { NumberFormat.fixed(Double(value), 2) }
    let text =
      "occlusion by \(window) x \(window), \(stride) apart: '\(name)', probability "
      + "\(percent(probability)), log-odds from \(odds(whole)) down to "
      + odds(map.values.min() ?? 0)
    return (
      overlaid(
        fitted, fall.mapped(by: .stretch), "log-odds fall by", SheetScale.text(fall, .stretch),
        caption: text), text
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
    let text = "saliency for '\(name)', probability \(percent(probability))"
    return (
      overlaid(
        fitted, heat, "gradient", "0 to \(NumberFormat.general(Double(top), 3))", caption: text),
      text
    )
  }

  /// The image, a map in the colours of heat, and the image with light where the map is hot.
  ///
  /// - Parameters:
  ///   - name: what the map shows.
  ///   - scale: from which number to which.
  private func overlaid(
    _ fitted: Image, _ map: Image, _ name: String, _ scale: String, caption: String
  ) -> Image {
    let image = visible(fitted).mapped(by: .clamp)
    let map = map.resized(height: image.height, width: image.width)
    let color = image.channels == 3 ? image : Image(planes: [image, image, image])
    var lit = color
    let area = image.shape.planeCount
    unsafe lit.withMutableValues { values in
      for place in values.indices { unsafe values[place] *= 0.3 + 0.7 * map.values[place % area] }
    }
    let side = command.sheet.cell ?? 224
    return sheet(
      [
        original(color, side: side), cell(Self.heat(map), side: side, name, scale),
        cell(lit, side: side, "the image", "lit where it counts"),
      ], columns: 3, caption + "; black, red, yellow, white: from the least to the most")
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
    let shown = projections.map { projection in
      let picture = visible(projection.picture)
      return cell(
        picture.mapped(by: .centered), side: side, "channel \(projection.channel)",
        SheetScale.text(picture, .centered))
    }
    let channels = projections.map { "\($0.channel)" }.joined(separator: ", ")
    let text = "deconv of \(layer), behind the image: channels \(channels)"
    return (
      sheet(
        [original(fitted, side: side)] + shown, columns: columns(shown.count + 1),
        "deconv of \(layer); grey is 0, black and white: below each"), text
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
        ContactSheet.make(
          images.map { ContactSheet.fitted($0, side: max(8, side / 3)) }, columns: 3)
      }
      return LabelledSheet.Cell(
        ContactSheet.make([square(projected), square(originals)], columns: 1, gap: 0),
        "channel \(projections[0].channel)")
    }
    return (
      sheet(
        blocks, columns: columns(blocks.count * 2),
        "deconv of \(layer) over \(number) images: what made the nine largest values of each channel, "
          + "above the parts of the images they came from; grey is 0"),
      "deconv of \(layer) over \(number) images: channels "
        + found.map { "\($0[0].channel)" }.joined(separator: ", ")
    )
  }
}
