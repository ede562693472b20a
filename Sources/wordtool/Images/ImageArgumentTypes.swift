public import ArgumentParser
public import ConvNets

extension ImageDataset.Part: ExpressibleByArgument {}
extension Boundary: ExpressibleByArgument {}
extension Image.RangeMapping: ExpressibleByArgument {}
extension FillMode: ExpressibleByArgument {}
extension ImagePooling.Kind: ExpressibleByArgument {}
