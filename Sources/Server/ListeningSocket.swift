import Libc
import WordtoolCore

/// A socket that takes connections, and the system's calls for those. None of them waits.
final class ListeningSocket: Sendable {
  let descriptor: Int32
  /// The numeric address that it listens at.
  let address: String
  /// Its port.
  let port: Int

  /// Listens.
  ///
  /// - Parameters:
  ///   - host: a numeric address, or `localhost`.
  ///   - port: 0 for one that is free.
  /// - Throws: `WordtoolError`: `usage` for another host, `unavailable` for a port that is in use or not
  ///   allowed.
  init(host: String, port: Int) throws {
    var hints = unsafe addrinfo()
    unsafe hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV | (host == "localhost" ? 0 : AI_NUMERICHOST)
    unsafe hints.ai_family = host == "localhost" ? AF_INET : AF_UNSPEC
    #if canImport(Glibc)
    unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    #else
    unsafe hints.ai_socktype = SOCK_STREAM
    #endif
    var list: UnsafeMutablePointer<addrinfo>?
    guard unsafe getaddrinfo(host, "\(port)", &hints, &list) == 0, let found = unsafe list else {
      throw WordtoolError(
        .usage, found: "`host` is '\(host)'",
        expected: "a numeric address of this machine, or localhost")
    }
    defer { unsafe freeaddrinfo(found) }
    let descriptor = unsafe socket(
      found.pointee.ai_family, found.pointee.ai_socktype, found.pointee.ai_protocol)
    func failure() -> WordtoolError {
      let code = errno
      let place = host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
      return WordtoolError(
        .unavailable, found: "nothing can listen at \(place): \(WordtoolError.systemMessage(code))",
        remedy: code == EADDRINUSE || code == EACCES
          ? "choose another `port`; 0 takes one that is free" : nil)
    }
    guard descriptor >= 0 else { throw failure() }
    do {
      var yes: Int32 = 1
      // A port whose last connections are still fading away may be used again.
      unsafe setsockopt(
        descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
      _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
      _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
      guard unsafe bind(descriptor, found.pointee.ai_addr, found.pointee.ai_addrlen) == 0,
        listen(descriptor, 1024) == 0
      else { throw failure() }
      let name = try unsafe Self.name { unsafe getsockname(descriptor, $0, $1) }
      address = name.address
      self.port = name.port
      self.descriptor = descriptor
    } catch {
      close(descriptor)
      throw error
    }
  }

  deinit { close(descriptor) }

  /// The next connection that waits at a listening descriptor, and its address; nil when there is none,
  /// and `errno` says why.
  static func accept(from descriptor: Int32) -> (descriptor: Int32, peer: String)? {
    var connection: Int32 = -1
    let name = try? unsafe Self.name { address, length in
      connection = unsafe Libc.accept(descriptor, address, length)
      return connection < 0 ? -1 : 0
    }
    guard connection >= 0 else { return nil }
    _ = fcntl(connection, F_SETFD, FD_CLOEXEC)
    _ = fcntl(connection, F_SETFL, O_NONBLOCK)
    var yes: Int32 = 1
    // Answers are sent whole; waiting for more would only delay them.
    unsafe setsockopt(
      connection, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
    return (connection, name?.address ?? "")
  }

  /// The numbers of an address that a call of the system fills in.
  private static func name(
    _ call: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32
  ) throws -> (address: String, port: Int) {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    var host = [CChar](repeating: 0, count: 64)
    var service = [CChar](repeating: 0, count: 16)
    // SAFETY: the storage has room for every kind of address.
    let status = unsafe withUnsafeMutablePointer(to: &storage) { storage in
      unsafe storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        guard unsafe call(address, &length) == 0 else { return Int32(-1) }
        return unsafe getnameinfo(
          address, length, &host, socklen_t(host.count), &service, socklen_t(service.count),
          NI_NUMERICHOST | NI_NUMERICSERV)
      }
    }
    let text = { (characters: [CChar]) in
      String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
    guard status == 0, let port = Int(text(service)) else {
      throw WordtoolError(
        .unavailable, found: "an address cannot be told: \(WordtoolError.systemMessage())")
    }
    return (text(host), port)
  }
}
