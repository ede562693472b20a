import WordtoolCore

/// Text of the vectors, which may hold anything, made harmless where it stands in a page.
enum PageText {
  /// Text between tags, or in an attribute with double quotation marks.
  static func html(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "\u{0}"..<"\t", "\u{B}"..<" ", "\u{7F}"..<"\u{A0}": result += "\u{FFFD}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// A string of JSON inside a script element: `<` is `\u003c` there, so that no `</script>` ends the
  /// element and no `<!--` changes how it is read.
  static func json(_ text: String) -> String {
    JSONText.quoted(text).replacing("<", with: "\\u003c")
  }

  /// A list of JSON.
  static func json(_ texts: [String]) -> String {
    "[" + texts.map { json($0) }.joined(separator: ",") + "]"
  }
}
