// The examples of ABCNotation.docc, by Scripts/docc.sh --examples.

import ABCNotation

func exampleABCNotation1() throws {
  let book = ABCBook(text: "X:1\nT:Scale\nM:4/4\nL:1/4\nK:G\nG A B c | d e f g |]\n")
  print(book.isGood, book.allProblems.map(\.description))
  for tune in book.tunes {
    print(ABCPerformance(tune).seconds, "seconds")
  }
}
