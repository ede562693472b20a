import WordtoolCore

/// The frame of every page: `Web/page.html` with what belongs in its places.
enum PageTemplate {
  /// The parts of the script, in the order in which they need each other.
  ///
  /// - Parameter asksServer: whether it has the part that makes requests.
  static func script(asksServer: Bool) -> [UInt8] {
    let parts = [
      PackageResources.data_js, PackageResources.expression_js, PackageResources.vectors_js,
      asksServer ? PackageResources.server_js : PackageResources.alone_js,
      PackageResources.colors_js, PackageResources.view_js, PackageResources.points_js,
      PackageResources.density_js, PackageResources.labels_js, PackageResources.map_js,
      PackageResources.search_js, PackageResources.panel_js, PackageResources.table_js,
      PackageResources.pointer_js, PackageResources.keys_js, PackageResources.address_js,
      PackageResources.main_js,
    ]
    return Array("(() => {\n\"use strict\";\n".utf8) + parts.joined() + Array("})();\n".utf8)
  }

  static var style: [UInt8] { PackageResources.page_css }

  /// Nothing may be loaded from anywhere, and only this style and this script count. A page that asks its
  /// server may connect to that one.
  static func policy(script: [UInt8], asksServer: Bool) -> String {
    func hash(_ bytes: [UInt8]) -> String {
      "'sha256-" + String(decoding: Base64.text(of: SHA256(of: bytes).bytes), as: UTF8.self) + "'"
    }
    return
      "default-src 'none'; \(asksServer ? "connect-src 'self'; " : "")script-src \(hash(script)); style-src \(hash(style)); img-src data:; "
      + "base-uri 'none'; form-action 'none'"
  }

  /// The page.
  ///
  /// - Parameters:
  ///   - title: any text.
  ///   - description: any text.
  ///   - facts: JSON that is fit for a script element.
  ///   - data: bytes by the name that the script knows them by.
  ///   - asksServer: whether it asks the server that it comes from.
  static func filled(
    title: String, facts: String, data: [(name: String, bytes: [UInt8])], description: String,
    asksServer: Bool
  ) -> [UInt8] {
    let script = script(asksServer: asksServer)
    let policy = policy(script: script, asksServer: asksServer)
    let blocks = data.flatMap { name, bytes in
      Array("<script type=\"application/octet-stream\" id=\"data-\(name)\">".utf8)
        + Base64.text(of: bytes) + Array("</script>\n".utf8)
    }
    let values: [String: [UInt8]] = [
      "title": Array(PageText.html(title).utf8), "policy": Array(policy.utf8),
      "description": Array(PageText.html(description).utf8), "style": style, "script": script,
      "facts": Array(facts.utf8), "data": blocks,
    ]
    // What is put in is never looked at for places again: it may hold anything.
    let text = String(decoding: PackageResources.page_html, as: UTF8.self)
    var page: [UInt8] = []
    for (number, piece) in text.split(separator: "{{", omittingEmptySubsequences: false)
      .enumerated()
    {
      guard number > 0, let end = piece.firstRange(of: "}}") else {
        page += piece.utf8
        continue
      }
      page += values[String(piece[..<end.lowerBound])] ?? []
      page += piece[end.upperBound...].utf8
    }
    return page
  }
}
