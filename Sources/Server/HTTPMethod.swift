/// The methods that have an answer of their own here.
package enum HTTPMethod: String, Sendable, CaseIterable {
  case get = "GET"
  case head = "HEAD"
  case post = "POST"
  case options = "OPTIONS"
}
