import WordtoolCore

/// What a route may be asked with: its parameters, and which of them stand in place of others.
package struct ParameterSet: Sendable {
  /// All of them.
  package var parameters: [Parameter]
  /// Groups of names. All of exactly one group must be given; the description of the interface has an
  /// object for each. Parameters in no group go with any.
  package var alternatives: [[String]]

  /// Parameters, some of which may stand in place of others.
  package init(_ parameters: [Parameter], alternatives: [[String]] = []) {
    self.parameters = parameters
    self.alternatives = alternatives
  }

  /// Those that a query may have, and the groups all of which it may have.
  var inQuery: ParameterSet {
    let known = parameters.filter { !$0.isInBodyOnly }
    return ParameterSet(
      known,
      alternatives: alternatives.filter { group in
        group.allSatisfy { name in known.contains { $0.name == name } }
      })
  }

  /// The lists of parameters that may be given: one without alternatives, or one for each of them.
  var choices: [[Parameter]] {
    guard !alternatives.isEmpty else { return [parameters] }
    return alternatives.map { own in
      let others = Set(alternatives.joined()).subtracting(own)
      return parameters.filter { !others.contains($0.name) }
    }
  }

  /// The parameter of a name.
  ///
  /// - Throws: ``HTTPFailure``: 422 for a name that none has.
  func parameter(_ name: String) throws(HTTPFailure) -> Parameter {
    if let found = parameters.first(where: { $0.name.utf8.elementsEqual(name.utf8) }) {
      return found
    }
    throw HTTPFailure(
      422, found: "no parameter is called '\(Excerpt.of(name, limit: 60))'",
      expected: parameters.isEmpty
        ? "none" : "some of " + parameters.map(\.name).joined(separator: ", "))
  }

  /// Looks whether what must be given is there.
  ///
  /// - Throws: ``HTTPFailure``: 422 for what is missing, and for parameters that stand in place of each
  ///   other.
  func check(_ given: Set<String>) throws(HTTPFailure) {
    let begun = alternatives.filter { !given.isDisjoint(with: $0) }
    if begun.count > 1 {
      let names = begun.compactMap { $0.first(where: given.contains) }.map { "`\($0)`" }
      throw HTTPFailure(
        422, found: names.joined(separator: " and ") + " together", expected: "one of them")
    }
    if begun.isEmpty, alternatives.count > 1 {
      let ways = alternatives.map { $0.map { "`\($0)`" }.joined(separator: " ") }
      throw HTTPFailure(
        422, found: "no question", expected: ways.joined(separator: ", or "))
    }
    let passed = Set(alternatives.joined()).subtracting(begun.first ?? alternatives.first ?? [])
    for parameter in parameters where parameter.isRequired && !given.contains(parameter.name) {
      guard !passed.contains(parameter.name) else { continue }
      throw HTTPFailure(
        422, found: "no `\(parameter.name)` was given", expected: parameter.expected)
    }
  }
}
