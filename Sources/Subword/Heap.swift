/// What a ``Heap`` holds.
protocol HeapElement {
  /// Whether an element comes out before another.
  static func precedes(_ a: Self, _ b: Self) -> Bool
}

/// A binary heap whose first element is the one that comes before all others.
struct Heap<Element: HeapElement> {
  private var elements: [Element]

  init(_ elements: [Element] = []) {
    self.elements = elements
    for index in stride(from: elements.count / 2 - 1, through: 0, by: -1) { sink(index) }
  }

  var isEmpty: Bool { elements.isEmpty }

  mutating func push(_ element: Element) {
    elements.append(element)
    var index = elements.count - 1
    while index > 0, case let parent = (index - 1) / 2,
      Element.precedes(element, elements[parent])
    {
      elements[index] = elements[parent]
      index = parent
    }
    elements[index] = element
  }

  mutating func pop() -> Element? {
    guard let first = elements.first else { return nil }
    let last = elements.removeLast()
    if !elements.isEmpty {
      elements[0] = last
      sink(0)
    }
    return first
  }

  private mutating func sink(_ start: Int) {
    let element = elements[start]
    var index = start
    while true {
      var child = 2 * index + 1
      guard child < elements.count else { break }
      if child + 1 < elements.count, Element.precedes(elements[child + 1], elements[child]) {
        child += 1
      }
      guard Element.precedes(elements[child], element) else { break }
      elements[index] = elements[child]
      index = child
    }
    elements[index] = element
  }
}
