// Packing and the matrix product, for any width of registers; scalar.c says what they compute.

#include "lanes.h"

// The lower and the upper halves of a and b, their lanes in turns: a, b, a, b, ...
#if WT_WIDTH == 16
#define LOWER_LANES 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23
#define UPPER_LANES 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31
#elif WT_WIDTH == 8
#define LOWER_LANES 0, 8, 1, 9, 2, 10, 3, 11
#define UPPER_LANES 4, 12, 5, 13, 6, 14, 7, 15
#else
#define LOWER_LANES 0, 4, 1, 5
#define UPPER_LANES 2, 6, 3, 7
#endif

// Rows to columns: each pass moves one bit of a lane's number into the row's number.
WT_INLINE void transpose(vfloat *rows) {
#pragma clang loop unroll(full)
  for (int bit = 1; bit < WT_WIDTH; bit *= 2) {
    vfloat next[WT_WIDTH];
#pragma clang loop unroll(full)
    for (int i = 0; i < WT_WIDTH / 2; i++) {
      vfloat a = rows[i], b = rows[i + WT_WIDTH / 2];
      next[2 * i] = __builtin_shufflevector(a, b, LOWER_LANES);
      next[2 * i + 1] = __builtin_shufflevector(a, b, UPPER_LANES);
    }
#pragma clang loop unroll(full)
    for (int i = 0; i < WT_WIDTH; i++) rows[i] = next[i];
  }
}

static void WT_ISA(pack_panel_f32)(int64_t inner, int64_t columns, const float *b, int64_t b_row,
                                   int64_t b_column, float *panel) {
  int64_t first = 0;   // what the last loop still has to do begins there
  if (b_column == 1 && columns == WT_PANEL) {
    for (; first < inner; first++)
      for (int j = 0; j < WT_PANEL; j += WT_WIDTH)
        store(panel + first * WT_PANEL + j, load(b + first * b_row + j));
  } else if (b_row == 1) {
    for (; first + WT_WIDTH <= inner; first += WT_WIDTH)
      for (int64_t j = 0; j < WT_PANEL; j += WT_WIDTH) {
        vfloat rows[WT_WIDTH];
        for (int i = 0; i < WT_WIDTH; i++)
          rows[i] = j + i < columns ? load(b + (j + i) * b_column + first) : (vfloat){0};
        transpose(rows);
        for (int i = 0; i < WT_WIDTH; i++) store(panel + (first + i) * WT_PANEL + j, rows[i]);
      }
  }
  for (int64_t k = first; k < inner; k++)
    for (int64_t j = 0; j < WT_PANEL; j++)
      panel[k * WT_PANEL + j] = j < columns ? b[k * b_row + j * b_column] : 0;
}

// Steps of k that a's memory is asked for ahead of its use.
enum { PREFETCH = 32 };

// `rows` rows of `vectors` registers. Both are constants wherever this is called, so that all sums
// stay in registers.
WT_INLINE void tile(int rows, int vectors, int64_t columns, int64_t inner, const float *a,
                    int64_t a_row, int64_t a_column, const float *panel, float *c, int64_t c_row,
                    bool keep) {
  vfloat sums[WT_TILE_ROWS][WT_TILE_VECTORS];
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++)
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++)
      sums[i][v] = keep ? get(c + i * c_row + v * WT_WIDTH, columns - v * WT_WIDTH) : (vfloat){0};
  for (int64_t k = 0; k < inner; k++) {
    // Where a is transposed, every k is in a cache line far from the last one. The line asked for
    // is that of the tile's last row; its first rows' came with the tile before.
    __builtin_prefetch(a + (rows - 1) * a_row + (k + PREFETCH) * a_column);
    prefetch_panel(panel + k * WT_PANEL, vectors);
    vfloat b[WT_TILE_VECTORS];
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++)
      b[v] = *(const vfloat *)(panel + k * WT_PANEL + v * WT_WIDTH);
#pragma clang loop unroll(full)
    for (int i = 0; i < rows; i++) {
      vfloat x = splat(a[i * a_row + k * a_column]);
#pragma clang loop unroll(full)
      for (int v = 0; v < vectors; v++) sums[i][v] = fma_v(x, b[v], sums[i][v]);
    }
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < rows; i++)
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++)
      put(c + i * c_row + v * WT_WIDTH, sums[i][v], columns - v * WT_WIDTH);
}

#define TILE(ROWS)                                                                           \
  case ROWS:                                                                                 \
    tile(ROWS, vectors, columns, inner, a, a_row, a_column, panel, c, c_row, keep);          \
    break;

// One strip of columns, its rows cut as evenly as tiles allow.
WT_INLINE void strip(int vectors, int64_t rows, int64_t columns, int64_t inner, const float *a,
                     int64_t a_row, int64_t a_column, const float *panel, float *c, int64_t c_row,
                     bool keep) {
  for (int64_t left = (rows + WT_TILE_ROWS - 1) / WT_TILE_ROWS; left > 0; left--) {
    int64_t count = (rows + left - 1) / left;
    switch (count) {
      TILE(1)
      TILE(2)
      TILE(3)
      TILE(4)
      TILE(5)
      TILE(6)
#if WT_TILE_ROWS == 12
      TILE(7)
      TILE(8)
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

// Strips as wide as a tile, and one half as wide where that is enough for the last columns.
static void WT_ISA(gemm_panel_f32)(int64_t rows, int64_t columns, int64_t inner, const float *a,
                                   int64_t a_row, int64_t a_column, const float *panel, float *c,
                                   int64_t c_row, bool keep) {
  enum { WHOLE = WT_TILE_VECTORS, HALF = WHOLE / 2 };
  int64_t j = 0;
  for (; columns - j > HALF * WT_WIDTH; j += WHOLE * WT_WIDTH)
    strip(WHOLE, rows, columns - j, inner, a, a_row, a_column, panel + j, c + j, c_row, keep);
  if (j < columns)
    strip(HALF, rows, columns - j, inner, a, a_row, a_column, panel + j, c + j, c_row, keep);
}
