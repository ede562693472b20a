// Packing and the matrix product, for any width of registers; scalar.c says what they compute.

#include "lanes.h"

static void WT_ISA(pack_panel_f32)(int64_t inner, int64_t columns, const float *b, int64_t b_row,
                                   int64_t b_column, float *panel) {
  for (int64_t k = 0; k < inner; k++)
    for (int64_t j = 0; j < WT_PANEL; j++)
      panel[k * WT_PANEL + j] = j < columns ? b[k * b_row + j * b_column] : 0;
}

// `rows` rows of WT_TILE_VECTORS registers; rows is a constant wherever this is called, so that
// all sums are registers.
WT_INLINE void tile(int rows, int64_t columns, int64_t inner, const float *a, int64_t a_row,
                    int64_t a_column, const float *panel, float *c, int64_t c_row, bool keep) {
  vfloat sums[WT_TILE_ROWS][WT_TILE_VECTORS];
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++)
#pragma clang loop unroll(full)
    for (int v = 0; v < WT_TILE_VECTORS; v++) {
      int64_t left = columns - v * WT_WIDTH;
      const float *from = c + i * c_row + v * WT_WIDTH;
      sums[i][v] = !keep || left <= 0 ? (vfloat){0} : left >= WT_WIDTH ? load(from) : load_part(from, left);
    }
  for (int64_t k = 0; k < inner; k++) {
    vfloat b[WT_TILE_VECTORS];
#pragma clang loop unroll(full)
    for (int v = 0; v < WT_TILE_VECTORS; v++)
      b[v] = *(const vfloat *)(panel + k * WT_PANEL + v * WT_WIDTH);
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) {
      vfloat x = splat(a[i * a_row + k * a_column]);
#pragma clang loop unroll(full)
      for (int v = 0; v < WT_TILE_VECTORS; v++) sums[i][v] = fma_v(x, b[v], sums[i][v]);
    }
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++)
#pragma clang loop unroll(full)
    for (int v = 0; v < WT_TILE_VECTORS; v++) {
      int64_t left = columns - v * WT_WIDTH;
      float *to = c + i * c_row + v * WT_WIDTH;
      if (left >= WT_WIDTH)
        store(to, sums[i][v]);
      else if (left > 0)
        store_part(to, sums[i][v], left);
    }
}

#define TILE(ROWS)                                                                 \
  case ROWS:                                                                       \
    tile(ROWS, columns, inner, a, a_row, a_column, panel, c, c_row, keep); \
    break;

// One strip of columns, its rows cut as evenly as tiles allow.
static void WT_ISA(gemm_strip)(int64_t rows, int64_t columns, int64_t inner, const float *a,
                               int64_t a_row, int64_t a_column, const float *panel, float *c,
                               int64_t c_row, bool keep) {
  for (int64_t left = (rows + WT_TILE_ROWS - 1) / WT_TILE_ROWS; left > 0; left--) {
    int64_t count = (rows + left - 1) / left;
    switch (count) {
      TILE(1)
      TILE(2)
      TILE(3)
      TILE(4)
      TILE(5)
      TILE(6)
#if WT_TILE_ROWS > 6
      TILE(7)
      TILE(8)
#endif
#if WT_TILE_ROWS > 8
      TILE(9)
      TILE(10)
      TILE(11)
      TILE(12)
#endif
    }
    rows -= count;
    a += count * a_row;
    c += count * c_row;
  }
}

static void WT_ISA(gemm_panel_f32)(int64_t rows, int64_t columns, int64_t inner, const float *a,
                                   int64_t a_row, int64_t a_column, const float *panel, float *c,
                                   int64_t c_row, bool keep) {
  const int64_t strip = WT_WIDTH * WT_TILE_VECTORS;
  for (int64_t j = 0; j < columns; j += strip)
    WT_ISA(gemm_strip)(rows, columns - j < strip ? columns - j : strip, inner, a, a_row, a_column,
                       panel + j, c + j, c_row, keep);
}
