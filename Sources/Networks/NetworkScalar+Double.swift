import Libc

extension Double: NetworkScalar {
  package static func packPanel(
    inner: Int, columns: Int, _ b: Input, rowStride: Int, columnStride: Int, into panel: Output
  ) {
    for k in 0..<inner {
      for j in 0..<panelColumns {
        panel[k * panelColumns + j] = j < columns ? b[k * rowStride + j * columnStride] : 0
      }
    }
  }

  package static func multiplyPanel(
    rows: Int, columns: Int, inner: Int, _ a: Input, rowStride: Int, columnStride: Int,
    panel: Input, into c: Output, cStride: Int, keep: Bool
  ) {
    for i in 0..<rows {
      for j in 0..<columns {
        var sum = keep ? c[i * cStride + j] : 0
        for k in 0..<inner {
          sum += a[i * rowStride + k * columnStride] * panel[k * panelColumns + j]
        }
        c[i * cStride + j] = sum
      }
    }
  }

  package static func lstmForward(_ step: LSTMStep<Double>) {
    for u in 0..<step.count {
      let before = step.previousCell[u]
      let i = logistic(step.i[u] + (step.peepI?[u] ?? 0) * before)
      let f = logistic(step.f[u] + (step.peepF?[u] ?? 0) * before)
      let g = hyperbolicTangent(step.g[u])
      let cell = f * before + i * g
      let o = logistic(step.o[u] + (step.peepO?[u] ?? 0) * cell)
      (step.i[u], step.f[u], step.g[u], step.o[u]) = (i, f, g, o)
      step.cell[u] = cell
      step.squashed[u] = hyperbolicTangent(cell)
      step.h[u] = o * step.squashed[u]
    }
  }

  package static func lstmBackward(_ step: LSTMGradientStep<Double>) {
    for u in 0..<step.count {
      let (i, f, g, o) = (step.i[u], step.f[u], step.g[u], step.o[u])
      let squashed = step.squashed[u]
      let dO = step.dh[u] * squashed * o * (1 - o)
      var dCell = step.dCell[u] + step.dh[u] * o * (1 - squashed * squashed)
      dCell += (step.peepO?[u] ?? 0) * dO
      let dI = dCell * g * i * (1 - i)
      let dF = dCell * step.previousCell[u] * f * (1 - f)
      step.dG[u] = dCell * i * (1 - g * g)
      (step.dI[u], step.dF[u], step.dO[u]) = (dI, dF, dO)
      step.dCell[u] = dCell * f + (step.peepI?[u] ?? 0) * dI + (step.peepF?[u] ?? 0) * dF
    }
  }

  package static func gruForward(_ step: GRUStep<Double>) {
    for u in 0..<step.count {
      let r = logistic(step.r[u] + step.hr[u])
      let z = logistic(step.z[u] + step.hz[u])
      let n = hyperbolicTangent(step.n[u] + r * step.hn[u])
      (step.r[u], step.z[u], step.n[u]) = (r, z, n)
      step.h[u] = (1 - z) * n + z * step.previous[u]
    }
  }

  package static func gruBackward(_ step: GRUGradientStep<Double>) {
    for u in 0..<step.count {
      let (r, z, n, dh) = (step.r[u], step.z[u], step.n[u], step.dh[u])
      let dN = dh * (1 - z) * (1 - n * n)
      step.dZ[u] = dh * (step.previous[u] - n) * z * (1 - z)
      step.dR[u] = dN * step.hn[u] * r * (1 - r)
      step.dN[u] = dN
      step.dHN[u] = dN * r
      step.dPrevious[u] = dh * z
    }
  }

  package static func tanh(_ values: Input, into results: Output, count: Int) {
    for index in 0..<count { results[index] = hyperbolicTangent(values[index]) }
  }

  package static func sigmoid(_ values: Input, into results: Output, count: Int) {
    for index in 0..<count { results[index] = logistic(values[index]) }
  }

  package static func exponential(_ values: Input, into results: Output, count: Int) {
    for index in 0..<count { results[index] = exp(values[index]) }
  }

  package static func softmaxCrossEntropy(
    _ logits: Output, count: Int, target: Int, scale: Double
  ) -> Double {
    let greatest = (0..<count).reduce(-Double.infinity) { max($0, logits[$1]) }
    let sum = (0..<count).reduce(0.0) { $0 + exp(logits[$1] - greatest) }
    let loss = target < 0 ? 0 : log(sum) - (logits[target] - greatest)
    for index in 0..<count {
      let probability = exp(logits[index] - greatest) / sum
      logits[index] = target < 0 ? 0 : (probability - (index == target ? 1 : 0)) * scale
    }
    return loss
  }

  package static func sumOfSquares(_ values: Input, count: Int) -> Double {
    (0..<count).reduce(0.0) { $0 + values[$1] * values[$1] }
  }

  package static func addScaled(_ x: Input, factor: Double, into y: Output, count: Int) {
    for index in 0..<count { y[index] += factor * x[index] }
  }

  package static func convolve(_ step: ConvolutionStep<Double>) {
    for p in 0..<step.places {
      let output = step.output + Int(step.outputOffsets[p])
      let addend = step.addend.map { $0 + Int(step.outputOffsets[p]) }
      for j in 0..<step.columns {
        var sum = step.keep ? output[j] : step.bias?[j] ?? 0
        for s in 0..<step.segments {
          let input = step.input + Int(step.inputOffsets[p]) + Int(step.segmentOffsets[s])
          for k in 0..<step.inner {
            sum += input[k] * step.panel[(s * step.inner + k) * panelColumns + j]
          }
        }
        sum += addend?[j] ?? 0
        output[j] = step.relu ? max(0, sum) : sum
      }
    }
  }

  package static func addWeightGradient(_ step: WeightGradientStep<Double>) {
    for i in 0..<step.rows {
      for j in 0..<step.columns {
        var sum = 0.0
        for p in 0..<step.places {
          sum +=
            step.input[Int(step.inputOffsets[p]) + i] * step.gradient[p * step.gradientStride + j]
        }
        step.weights[i * step.weightsStride + j] += sum
      }
    }
  }

  package static func dots(
    rows: Int, outputs: Int, inner: Int, _ x: Input, xStride: Int, _ w: Input, wStride: Int,
    bias: Input?, into y: Output, yStride: Int
  ) {
    for i in 0..<rows {
      for o in 0..<outputs {
        var sum = bias?[o] ?? 0
        for k in 0..<inner { sum += x[i * xStride + k] * w[o * wStride + k] }
        y[i * yStride + o] = sum
      }
    }
  }
}

private func logistic(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

/// The C library's tanh, which the method of the same name would hide.
private func hyperbolicTangent(_ x: Double) -> Double { tanh(x) }
