import BLASCore
import CKernels

// Layers without filters in Float: the kernels.
extension Float {
  package static func relu(_ values: Input, into results: Output, count: Int) {
    unsafe kernels.pointer.pointee.relu_f32(Int64(count), values, results)
  }

  package static func reluGradient(
    _ outputs: Input, _ gradients: Input, into results: Output, count: Int, adds: Bool
  ) {
    unsafe kernels.pointer.pointee.relu_gradient_f32(
      Int64(count), outputs, gradients, results, adds)
  }

  package static func tanhGradient(
    _ outputs: Input, _ gradients: Input, into results: Output, count: Int, adds: Bool
  ) {
    unsafe kernels.pointer.pointee.tanh_gradient_f32(
      Int64(count), outputs, gradients, results, adds)
  }

  package static func sigmoidGradient(
    _ outputs: Input, _ gradients: Input, into results: Output, count: Int, adds: Bool
  ) {
    unsafe kernels.pointer.pointee.sigmoid_gradient_f32(
      Int64(count), outputs, gradients, results, adds)
  }

  package static func sum(_ x: Input, _ y: Input, into results: Output, count: Int) {
    unsafe kernels.pointer.pointee.add_f32(Int64(count), x, y, results)
  }

  package static func drop(
    _ values: Input, into results: Output, count: Int, first: UInt32, keys: (UInt32, UInt32),
    threshold: UInt32, scale: Float, adds: Bool
  ) {
    unsafe kernels.pointer.pointee.drop_f32(
      Int64(count), values, results, first, keys.0, keys.1, threshold, scale, adds)
  }

  package static func channelSums(
    rows: Int, channels: Int, _ values: Input, sums: UnsafeMutablePointer<Double>,
    squares: UnsafeMutablePointer<Double>
  ) {
    unsafe kernels.pointer.pointee.channel_sums_f32(
      Int64(rows), Int64(channels), values, sums, squares)
  }

  package static func channelProducts(
    rows: Int, channels: Int, _ values: Input, _ gradients: Input,
    sums: UnsafeMutablePointer<Double>, products: UnsafeMutablePointer<Double>
  ) {
    unsafe kernels.pointer.pointee.channel_products_f32(
      Int64(rows), Int64(channels), values, gradients, sums, products)
  }

  package static func scaleChannels(
    rows: Int, channels: Int, _ values: Input, factors: Input, offsets: Input, into results: Output
  ) {
    unsafe kernels.pointer.pointee.scale_channels_f32(
      Int64(rows), Int64(channels), values, factors, offsets, results)
  }

  package static func combineChannels(
    rows: Int, channels: Int, _ gradients: Input, a: Input, _ values: Input, b: Input, d: Input,
    into results: Output, adds: Bool
  ) {
    unsafe kernels.pointer.pointee.combine_channels_f32(
      Int64(rows), Int64(channels), gradients, a, values, b, d, results, adds)
  }

  package static func maxPool(
    _ windows: PoolWindows, row: Int, _ image: Input, into results: Output, places: PoolPlaces?
  ) {
    if let places, places.isWide {
      return unsafe plainMaxPool(windows, row: row, image, into: results, places: places)
    }
    var table = unsafe windows.table
    unsafe kernels.pointer.pointee.max_pool_f32(&table, Int64(row), image, results, places?.bytes)
  }

  package static func maxPoolGradient(
    _ windows: PoolWindows, row: Int, _ gradients: Input, places: PoolPlaces,
    into results: Output, adds: Bool
  ) {
    if places.isWide {
      return unsafe plainMaxPoolGradient(
        windows, row: row, gradients, places: places, into: results, adds: adds)
    }
    var table = unsafe windows.table
    unsafe kernels.pointer.pointee.max_pool_gradient_f32(
      &table, Int64(row), gradients, places.bytes, results, adds)
  }

  package static func averagePool(
    _ windows: PoolWindows, row: Int, _ image: Input, into results: Output
  ) {
    var table = unsafe windows.table
    unsafe kernels.pointer.pointee.average_pool_f32(&table, Int64(row), image, results)
  }

  package static func averagePoolGradient(
    _ windows: PoolWindows, row: Int, _ gradients: Input, into results: Output, adds: Bool
  ) {
    var table = unsafe windows.table
    unsafe kernels.pointer.pointee.average_pool_gradient_f32(
      &table, Int64(row), gradients, results, adds)
  }
}
