/// Changes in the header of a safetensors file, for tests of what a reader believes.
public enum SafetensorsHeader {
  /// The file with the number behind `"key":` replaced, in the JSON that the metadata holds as
  /// strings; nil where there is no such key.
  public static func replacing(number key: String, with value: String, in file: [UInt8]) -> [UInt8]?
  {
    let length = (0..<8).reduce(0) { $0 | Int(file[$1]) << (8 * $1) }
    let header = file[8..<8 + length]
    let mark = Array("\\\"\(key)\\\":".utf8)
    var result: [UInt8] = []
    var found = false
    var place = header.startIndex
    while place < header.endIndex {
      guard header[place...].starts(with: mark) else {
        result.append(header[place])
        place += 1
        continue
      }
      result += mark
      place += mark.count
      let end = header[place...].firstIndex { !"-+.0123456789e".utf8.contains($0) } ?? place
      guard end > place else { continue }
      result += Array(value.utf8)
      place = end
      found = true
    }
    guard found else { return nil }
    while (8 + result.count) % 64 != 0 { result.append(0x20) }
    return (0..<8).map { UInt8(truncatingIfNeeded: result.count >> (8 * $0)) } + result
      + file[(8 + length)...]
  }
}
