import Libc

extension Double: NetworkScalar {
  package static func packPanel(
    inner: Int, columns: Int, _ b: Input, rowStride: Int, columnStride: Int, into panel: Output
  ) {
    for k in 0..<inner {
      for j in 0..<panelColumns {
        unsafe panel[k * panelColumns + j] = j < columns ? b[k * rowStride + j * columnStride] : 0
      }
    }
  }

  package static func multiplyPanel(
    rows: Int, columns: Int, inner: Int, _ a: Input, rowStride: Int, columnStride: Int,
    panel: Input, into c: Output, cStride: Int, keep: Bool
  ) {
    for i in 0..<rows {
      for j in 0..<columns {
        var sum = unsafe keep ? c[i * cStride + j] : 0
        for k in 0..<inner {
          unsafe sum += a[i * rowStride + k * columnStride] * panel[k * panelColumns + j]
        }
        unsafe c[i * cStride + j] = sum
      }
    }
  }

  package static func lstmForward(_ step: LSTMStep<Double>) {
    for u in 0..<step.count {
      let before = unsafe step.previousCell[u]
      let i = unsafe logistic(step.i[u] + (step.peepI?[u] ?? 0) * before)
      let f = unsafe logistic(step.f[u] + (step.peepF?[u] ?? 0) * before)
      let g = unsafe hyperbolicTangent(step.g[u])
      let cell = f * before + i * g
      let o = unsafe logistic(step.o[u] + (step.peepO?[u] ?? 0) * cell)
      unsafe (step.i[u], step.f[u], step.g[u], step.o[u]) = (i, f, g, o)
      unsafe step.cell[u] = cell
      unsafe step.squashed[u] = hyperbolicTangent(cell)
      unsafe step.h[u] = o * step.squashed[u]
    }
  }

  package static func lstmBackward(_ step: LSTMGradientStep<Double>) {
    for u in 0..<step.count {
      let (i, f, g, o) = unsafe (step.i[u], step.f[u], step.g[u], step.o[u])
      let squashed = unsafe step.squashed[u]
      let dO = unsafe step.dh[u] * squashed * o * (1 - o)
      var dCell = unsafe step.dCell[u] + step.dh[u] * o * (1 - squashed * squashed)
      unsafe dCell += (step.peepO?[u] ?? 0) * dO
      let dI = dCell * g * i * (1 - i)
      let dF = unsafe dCell * step.previousCell[u] * f * (1 - f)
      unsafe step.dG[u] = dCell * i * (1 - g * g)
      unsafe (step.dI[u], step.dF[u], step.dO[u]) = (dI, dF, dO)
      unsafe step.dCell[u] = dCell * f + (step.peepI?[u] ?? 0) * dI + (step.peepF?[u] ?? 0) * dF
    }
  }

  package static func gruForward(_ step: GRUStep<Double>) {
    for u in 0..<step.count {
      let r = unsafe logistic(step.r[u] + step.hr[u])
      let z = unsafe logistic(step.z[u] + step.hz[u])
      let n = unsafe hyperbolicTangent(step.n[u] + r * step.hn[u])
      unsafe (step.r[u], step.z[u], step.n[u]) = (r, z, n)
      unsafe step.h[u] = (1 - z) * n + z * step.previous[u]
    }
  }

  package static func gruBackward(_ step: GRUGradientStep<Double>) {
    for u in 0..<step.count {
      let (r, z, n, dh) = unsafe (step.r[u], step.z[u], step.n[u], step.dh[u])
      let dN = dh * (1 - z) * (1 - n * n)
      unsafe step.dZ[u] = dh * (step.previous[u] - n) * z * (1 - z)
      unsafe step.dR[u] = dN * step.hn[u] * r * (1 - r)
      unsafe step.dN[u] = dN
      unsafe step.dHN[u] = dN * r
      unsafe step.dPrevious[u] = dh * z
    }
  }

  package static func tanh(_ values: Input, into results: Output, count: Int) {
    for index in 0..<count { unsafe results[index] = unsafe hyperbolicTangent(values[index]) }
  }

  package static func sigmoid(_ values: Input, into results: Output, count: Int) {
    for index in 0..<count { unsafe results[index] = unsafe logistic(values[index]) }
  }

  package static func exponential(_ values: Input, into results: Output, count: Int) {
    for index in 0..<count { unsafe results[index] = unsafe exp(values[index]) }
  }

  package static func softmaxCrossEntropy(
    _ logits: Output, count: Int, target: Int, scale: Double
  ) -> Double {
    let greatest = (0..<count).reduce(-Double.infinity) { unsafe max($0, logits[$1]) }
    let sum = (0..<count).reduce(0.0) { unsafe $0 + exp(logits[$1] - greatest) }
    let loss = unsafe target < 0 ? 0 : log(sum) - (logits[target] - greatest)
    for index in 0..<count {
      let probability = unsafe exp(logits[index] - greatest) / sum
      unsafe logits[index] = target < 0 ? 0 : (probability - (index == target ? 1 : 0)) * scale
    }
    return loss
  }

  package static func sumOfSquares(_ values: Input, count: Int) -> Double {
    (0..<count).reduce(0.0) { unsafe $0 + values[$1] * values[$1] }
  }

  package static func addScaled(_ x: Input, factor: Double, into y: Output, count: Int) {
    for index in 0..<count { unsafe y[index] += factor * x[index] }
  }

  package static func convolve(_ step: ConvolutionStep<Double>) {
    for p in 0..<step.places {
      let output = unsafe step.output + Int(step.outputOffsets[p])
      let addend = unsafe step.addend.map { unsafe $0 + Int(step.outputOffsets[p]) }
      for j in 0..<step.columns {
        var sum = unsafe step.keep ? output[j] : step.bias?[j] ?? 0
        for s in 0..<step.segments {
          let input = unsafe step.input + Int(step.inputOffsets[p]) + Int(step.segmentOffsets[s])
          for k in 0..<step.inner {
            unsafe sum += input[k] * step.panel[(s * step.inner + k) * panelColumns + j]
          }
        }
        unsafe sum += addend?[j] ?? 0
        unsafe output[j] = step.relu ? max(0, sum) : sum
      }
    }
  }

  package static func addWeightGradient(_ step: WeightGradientStep<Double>) {
    for i in 0..<step.rows {
      for j in 0..<step.columns {
        var sum = 0.0
        for p in 0..<step.places {
          unsafe sum +=
            step.input[Int(step.inputOffsets[p]) + i] * step.gradient[p * step.gradientStride + j]
        }
        unsafe step.weights[i * step.weightsStride + j] += sum
      }
    }
  }

  package static func dots(
    rows: Int, outputs: Int, inner: Int, _ x: Input, xStride: Int, _ w: Input, wStride: Int,
    bias: Input?, into y: Output, yStride: Int
  ) {
    for i in 0..<rows {
      for o in 0..<outputs {
        var sum = unsafe bias?[o] ?? 0
        for k in 0..<inner { unsafe sum += x[i * xStride + k] * w[o * wStride + k] }
        unsafe y[i * yStride + o] = sum
      }
    }
  }
}

private func logistic(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

/// The C library's tanh, which the method of the same name would hide.
private func hyperbolicTangent(_ x: Double) -> Double { tanh(x) }
