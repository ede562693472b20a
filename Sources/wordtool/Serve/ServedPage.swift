import Explorer
import Server
import Word2Vec
import WordtoolCore

/// The page of `explore` for the vectors that are served. It is made beside the answers, since placing
/// thirty thousand words takes half a minute.
final class ServedPage: Sendable {
  private enum State: Sendable {
    case isMade
    case page([UInt8])
    case failed(WordtoolError)
  }

  private let state = Locked(State.isMade)
  private let stop = StopFlag()
  private let maker: HelperThreads

  /// Begins to make it.
  init(of set: VectorSet, wordCount: Int, threads: Int) {
    var options = ExplorerOptions()
    options.wordCount = wordCount
    options.title = ExploreCommand.title(of: set)
    options.asksServer = true
    let (state, stop, vectors, chosen) = (state, stop, set.vectors, options)
    maker = HelperThreads(count: 1) { _ in
      let made: State
      do {
        made = .page(
          try ExplorerPage(of: vectors, options: chosen, threads: threads, stop: stop).html)
      } catch {
        made = .failed(
          error as? WordtoolError ?? WordtoolError(.unavailable, found: "the page cannot be made"))
      }
      state.withLock { $0 = made }
    }
  }

  /// Makes it no longer.
  func end() {
    stop.raise()
    maker.join()
  }

  /// Shown until it is made; the browser then asks again.
  private static let waiting = """
    <!DOCTYPE html>
    <html lang="en"><head><meta charset="utf-8"><meta http-equiv="refresh" content="2">
    <title>wordtool</title></head><body><p>The map of the words is being made.</p></body></html>

    """

  var route: Route {
    Route(
      "/", "A page to walk through the words in a browser.", mediaType: MediaType.html,
      work: .single { [self] _, _ in
        switch state.withLock({ $0 }) {
        case .page(let html): HTTPResponse(mediaType: MediaType.html, body: .bytes(html))
        case .isMade:
          HTTPResponse(
            status: 503, mediaType: MediaType.html, fields: [("Retry-After", "2")],
            body: .bytes(Array(Self.waiting.utf8)))
        case .failed(let error): throw HTTPFailure(error)
        }
      })
  }
}
