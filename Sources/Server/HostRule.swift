/// Whom requests may be for, and where they may come from.
///
/// A page of the web can make a browser ask any address, this server's too, under a name of the page's
/// own that was turned to this address ("DNS rebinding"), and would then read the answers. Such requests
/// carry that name in `Host`. Requests of other pages carry `Origin`; there is no sharing with other origins.
package struct HostRule: Sendable {
  private let names: Set<String>
  private let takesAddresses: Bool

  /// The rule of a server.
  ///
  /// - Parameter address: the numeric address that it listens at. At one that stands for all addresses of
  ///   the machine, any numeric address may be asked for: an address is no name that can be turned.
  package init(address: String) {
    takesAddresses = ["0.0.0.0", "::"].contains(address)
    names = ["localhost", "127.0.0.1", "[::1]", address.contains(":") ? "[\(address)]" : address]
  }

  /// - Throws: ``HTTPFailure``: 421 for a name of another host, 403 for a request from another origin.
  func check(_ request: HTTPRequest) throws(HTTPFailure) {
    guard let host = request.host else { return }
    let name = Self.withoutPort(host.lowercased())
    guard isOurs(name) else {
      throw HTTPFailure(
        421, found: "a request for another host", expected: "localhost or the address")
    }
    guard let origin = request.field("origin")?.lowercased() else { return }
    guard origin == "http://" + host.lowercased() else {
      throw HTTPFailure(403, found: "a request from another origin", expected: "one from here")
    }
  }

  private func isOurs(_ name: String) -> Bool {
    if names.contains(name) { return true }
    guard takesAddresses else { return false }
    if name.hasPrefix("[") && name.hasSuffix("]") { return true }
    let parts = name.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts.allSatisfy { UInt8($0) != nil }
  }

  private static func withoutPort(_ host: String) -> String {
    // Of `[::1]:80` the colons inside of the brackets are no port.
    guard let colon = host.lastIndex(of: ":"),
      host[host.index(after: colon)...].allSatisfy(\.isNumber)
    else { return host }
    return String(host[..<colon])
  }
}
