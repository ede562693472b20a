// The examples of BLASCore.docc, by Scripts/docc.sh --examples.

import BLASCore

func exampleBLASCore1() throws {
  // Another part of the program may have set OpenBLAS to many threads; ours are our own.
  BLASLibrary.useCallersThreadOnly()
  print(KernelTable.fastest.name)
  var random = RandomSource(seed: 1)
  print(random.nextUnitFloat())
}

func exampleBLASCore2() throws {
  for kernels in KernelTable.available { print(kernels.name, kernels.sigmoid([0, 1])) }
  print(KernelTable(named: "scalar") != nil, try KernelTable.selected().name)  // $WORDTOOL_KERNELS

  var epoch = RandomSource(seed: 1, 2, 5000)  // epoch 2, chunk 5000
  print(epoch.next(), epoch.nextUnitFloat(), Int.random(in: 0..<10, using: &epoch))

  print(BLASLibrary.coreName, BLASLibrary.configuration)
  BLASLibrary.useCallersThreadOnly()  // before another library starts threads of its own
}

func exampleBLASCore3() throws {
  let rows = try RowStorage(rowCount: 3, dimension: 100)
  rows[0] = [Float](repeating: 1, count: 100)
  print(rows.stride, rows.blockCount, rows.firstRowNotFinite() ?? -1)
  let groups = ColumnGroups(blockCount: rows.blockCount)
  for thread in 0..<2 { print(groups.blocks(groups.groups(ofShare: thread, of: 2))) }
}
