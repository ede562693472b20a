// Convolution over gathered rows, its weights' gradient, and dot products with the rows of a
// matrix, for any width of registers; scalar.c says what they compute.

#include "lanes.h"

// `rows` outputs of `vectors` registers. Both are constants wherever this is called, so that all
// sums stay in registers. Two steps of the inner index at a time, so that the pointers, more than
// there are registers for, are fetched half as often.
WT_INLINE void convolution_tile(int rows, int vectors, const wt_convolution *c, int64_t first,
                                int64_t column) {
  const int64_t columns = c->columns - column;
  vfloat sums[WT_TILE_ROWS][WT_TILE_VECTORS];
  const float *from[WT_TILE_ROWS];
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++) {
    from[i] = c->input + c->input_offsets[first + i];
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) {
      const int64_t left = columns - v * WT_WIDTH;
      sums[i][v] = c->keep ? get(c->output + c->output_offsets[first + i] + column + v * WT_WIDTH,
                                 left)
                   : c->bias ? get(c->bias + column + v * WT_WIDTH, left)
                             : (vfloat){0};
    }
  }
  const float *panel = c->panel + column;
  for (int64_t s = 0; s < c->segments; s++) {
    const int64_t offset = c->segment_offsets[s];
    int64_t k = 0;
    for (; k + 2 <= c->inner; k += 2) {
      prefetch_panel(panel, vectors);
      prefetch_panel(panel + WT_PANEL, vectors);
      vfloat b[2][WT_TILE_VECTORS];
#pragma clang loop unroll(full)
      for (int v = 0; v < vectors; v++) {
        b[0][v] = *(const vfloat *)(panel + v * WT_WIDTH);
        b[1][v] = *(const vfloat *)(panel + WT_PANEL + v * WT_WIDTH);
      }
#pragma clang loop unroll(full)
      for (int i = 0; i < rows; i++) {
        const float *a = from[i] + offset + k;
        vfloat x = splat(a[0]), y = splat(a[1]);
#pragma clang loop unroll(full)
        for (int v = 0; v < vectors; v++) sums[i][v] = fma_v(x, b[0][v], sums[i][v]);
#pragma clang loop unroll(full)
        for (int v = 0; v < vectors; v++) sums[i][v] = fma_v(y, b[1][v], sums[i][v]);
      }
      panel += 2 * WT_PANEL;
    }
    if (k < c->inner) {
      vfloat b[WT_TILE_VECTORS];
#pragma clang loop unroll(full)
      for (int v = 0; v < vectors; v++) b[v] = *(const vfloat *)(panel + v * WT_WIDTH);
#pragma clang loop unroll(full)
      for (int i = 0; i < rows; i++) {
        vfloat x = splat(from[i][offset + k]);
#pragma clang loop unroll(full)
        for (int v = 0; v < vectors; v++) sums[i][v] = fma_v(x, b[v], sums[i][v]);
      }
      panel += WT_PANEL;
    }
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++) {
    const int64_t place = c->output_offsets[first + i] + column;
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) {
      const int64_t left = columns - v * WT_WIDTH;
      vfloat sum = sums[i][v];
      if (c->addend) sum = sum + get(c->addend + place + v * WT_WIDTH, left);
      if (c->relu) sum = choose((vbits)(sum < 0.0f), (vfloat){0}, sum);
      put(c->output + place + v * WT_WIDTH, sum, left);
    }
  }
}

#define CONVOLUTION_TILE(ROWS)                        \
  case ROWS:                                          \
    convolution_tile(ROWS, vectors, c, first, column); \
    break;

WT_INLINE void convolution_strip(int vectors, const wt_convolution *c, int64_t column) {
  int64_t first = 0;
  for (int64_t left = (c->places + WT_TILE_ROWS - 1) / WT_TILE_ROWS; left > 0; left--) {
    int64_t count = (c->places - first + left - 1) / left;
    switch (count) {
      CONVOLUTION_TILE(1)
      CONVOLUTION_TILE(2)
      CONVOLUTION_TILE(3)
      CONVOLUTION_TILE(4)
      CONVOLUTION_TILE(5)
      CONVOLUTION_TILE(6)
#if WT_TILE_ROWS == 12
      CONVOLUTION_TILE(7)
      CONVOLUTION_TILE(8)
      CONVOLUTION_TILE(9)
      CONVOLUTION_TILE(10)
      CONVOLUTION_TILE(11)
      CONVOLUTION_TILE(12)
#endif
    }
    first += count;
  }
}

static void WT_ISA(convolve_panel_f32)(const wt_convolution *c) {
  enum { WHOLE = WT_TILE_VECTORS, HALF = WHOLE / 2 };
  int64_t column = 0;
  for (; c->columns - column > HALF * WT_WIDTH; column += WHOLE * WT_WIDTH)
    convolution_strip(WHOLE, c, column);
  if (column < c->columns) convolution_strip(HALF, c, column);
}

// `rows` weights of `vectors` registers, both constants.
WT_INLINE void weight_tile(int rows, int vectors, const wt_weight_gradient *g, int64_t row,
                           int64_t column) {
  const int64_t columns = g->columns - column;
  vfloat sums[WT_TILE_ROWS][WT_TILE_VECTORS];
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++)
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) sums[i][v] = (vfloat){0};
  const float *gradient = g->gradient + column;
  if (columns >= vectors * WT_WIDTH) {
    for (int64_t p = 0; p < g->places; p++) {
      const float *a = g->input + g->input_offsets[p] + row;
      vfloat d[WT_TILE_VECTORS];
#pragma clang loop unroll(full)
      for (int v = 0; v < vectors; v++) d[v] = load(gradient + v * WT_WIDTH);
#pragma clang loop unroll(full)
      for (int i = 0; i < rows; i++) {
        vfloat x = splat(a[i]);
#pragma clang loop unroll(full)
        for (int v = 0; v < vectors; v++) sums[i][v] = fma_v(x, d[v], sums[i][v]);
      }
      gradient += g->gradient_row;
    }
  } else {
    for (int64_t p = 0; p < g->places; p++) {
      const float *a = g->input + g->input_offsets[p] + row;
      vfloat d[WT_TILE_VECTORS];
#pragma clang loop unroll(full)
      for (int v = 0; v < vectors; v++) d[v] = get(gradient + v * WT_WIDTH, columns - v * WT_WIDTH);
#pragma clang loop unroll(full)
      for (int i = 0; i < rows; i++) {
        vfloat x = splat(a[i]);
#pragma clang loop unroll(full)
        for (int v = 0; v < vectors; v++) sums[i][v] = fma_v(x, d[v], sums[i][v]);
      }
      gradient += g->gradient_row;
    }
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++)
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) {
      float *to = g->weights + (row + i) * g->weights_row + column + v * WT_WIDTH;
      const int64_t left = columns - v * WT_WIDTH;
      put(to, get(to, left) + sums[i][v], left);
    }
}

#define WEIGHT_TILE(ROWS)                       \
  case ROWS:                                    \
    weight_tile(ROWS, vectors, g, row, column); \
    break;

WT_INLINE void weight_strip(int vectors, const wt_weight_gradient *g, int64_t column) {
  int64_t row = 0;
  for (int64_t left = (g->rows + WT_TILE_ROWS - 1) / WT_TILE_ROWS; left > 0; left--) {
    int64_t count = (g->rows - row + left - 1) / left;
    switch (count) {
      WEIGHT_TILE(1)
      WEIGHT_TILE(2)
      WEIGHT_TILE(3)
      WEIGHT_TILE(4)
      WEIGHT_TILE(5)
      WEIGHT_TILE(6)
#if WT_TILE_ROWS == 12
      WEIGHT_TILE(7)
      WEIGHT_TILE(8)
      WEIGHT_TILE(9)
      WEIGHT_TILE(10)
      WEIGHT_TILE(11)
      WEIGHT_TILE(12)
#endif
    }
    row += count;
  }
}

static void WT_ISA(add_weight_gradient_f32)(const wt_weight_gradient *g) {
  enum { WHOLE = WT_TILE_VECTORS, HALF = WHOLE / 2 };
  int64_t column = 0;
  for (; g->columns - column > HALF * WT_WIDTH; column += WHOLE * WT_WIDTH)
    weight_strip(WHOLE, g, column);
  if (column < g->columns) weight_strip(HALF, g, column);
}

// Registers of 16 lanes, and how many outputs and rows are worked on at a time.
enum { DOT_OUTPUTS = WT_WIDTH == 16 ? 4 : 2, DOT_ROWS = 2 };

WT_INLINE void dot_tile(int rows, int outputs, int64_t inner, const float *x, int64_t x_row,
                        const float *w, int64_t w_row, const float *bias, float *y,
                        int64_t y_row) {
  vfloat sums[DOT_ROWS][DOT_OUTPUTS][WT_PARTS];
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++)
#pragma clang loop unroll(full)
    for (int o = 0; o < outputs; o++)
#pragma clang loop unroll(full)
      for (int part = 0; part < WT_PARTS; part++) sums[i][o][part] = (vfloat){0};
  int64_t k = 0;
  for (; k + WT_LANES <= inner; k += WT_LANES) {
#pragma clang loop unroll(full)
    for (int part = 0; part < WT_PARTS; part++) {
      const int64_t at = k + part * WT_WIDTH;
      vfloat values[DOT_ROWS];
#pragma clang loop unroll(full)
      for (int i = 0; i < rows; i++) values[i] = load(x + i * x_row + at);
#pragma clang loop unroll(full)
      for (int o = 0; o < outputs; o++) {
        vfloat weights = load(w + o * w_row + at);
#pragma clang loop unroll(full)
        for (int i = 0; i < rows; i++)
          sums[i][o][part] = fma_v(values[i], weights, sums[i][o][part]);
      }
    }
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++)
#pragma clang loop unroll(full)
    for (int o = 0; o < outputs; o++) {
      float lanes[WT_LANES];
#pragma clang loop unroll(full)
      for (int part = 0; part < WT_PARTS; part++)
        store(lanes + part * WT_WIDTH, sums[i][o][part]);
      for (int64_t rest = k; rest < inner; rest++)
        lanes[rest - k] = __builtin_fmaf(x[i * x_row + rest], w[o * w_row + rest], lanes[rest - k]);
      y[i * y_row + o] = wt_sum_lanes(lanes) + (bias ? bias[o] : 0);
    }
}

static void WT_ISA(dots_f32)(int64_t rows, int64_t outputs, int64_t inner, const float *x,
                             int64_t x_row, const float *w, int64_t w_row, const float *bias,
                             float *y, int64_t y_row) {
  for (int64_t o = 0; o < outputs;) {
    const int64_t step = outputs - o >= DOT_OUTPUTS ? DOT_OUTPUTS : 1;
    const float *b = bias ? bias + o : 0;
    int64_t i = 0;
    for (; i + DOT_ROWS <= rows; i += DOT_ROWS) {
      if (step == 1)
        dot_tile(DOT_ROWS, 1, inner, x + i * x_row, x_row, w + o * w_row, w_row, b,
                 y + i * y_row + o, y_row);
      else
        dot_tile(DOT_ROWS, DOT_OUTPUTS, inner, x + i * x_row, x_row, w + o * w_row, w_row, b,
                 y + i * y_row + o, y_row);
    }
    if (i < rows) {
      if (step == 1)
        dot_tile(1, 1, inner, x + i * x_row, x_row, w + o * w_row, w_row, b, y + i * y_row + o,
                 y_row);
      else
        dot_tile(1, DOT_OUTPUTS, inner, x + i * x_row, x_row, w + o * w_row, w_row, b,
                 y + i * y_row + o, y_row);
    }
    o += step;
  }
}
