// The examples of BLASCore.docc, by Scripts/docc.sh --examples.

import BLASCore

func exampleBLASCore1() throws {
  // Another part of the program may have set OpenBLAS to many threads; ours are our own.
  BLASLibrary.useCallersThreadOnly()
  print(KernelTable.fastest.name)
  var random = RandomSource(seed: 1)
  print(random.nextUnitFloat())
}
