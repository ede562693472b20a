// Sums of rows, additions to rows and products of rows that numbers name, for any width of registers;
// bags_scalar.h says what they compute.

#include "lanes.h"

// Rows that memory is asked for ahead of their use: they lie anywhere in tables larger than caches.
enum { ROWS_AHEAD = 8 };

// `parts` registers of all rows, kept in registers: a constant wherever this is called.
WT_INLINE void gather_parts(int parts, const float *rows, int64_t stride, const int32_t *indices,
                            int64_t count, float scale, float *sums) {
  vfloat sum[4 * WT_PARTS];
#pragma clang loop unroll(full)
  for (int p = 0; p < parts; p++) sum[p] = (vfloat){0};
  for (int64_t i = 0; i < count; i++) {
    if (i + ROWS_AHEAD < count) {
      const float *ahead = wt_row(rows, stride, indices[i + ROWS_AHEAD]);
#pragma clang loop unroll(full)
      for (int p = 0; p < parts; p += WT_PARTS) __builtin_prefetch(ahead + p * WT_WIDTH);
    }
    const float *row = wt_row(rows, stride, indices[i]);
#pragma clang loop unroll(full)
    for (int p = 0; p < parts; p++) sum[p] += load_aligned(row + p * WT_WIDTH);
  }
#pragma clang loop unroll(full)
  for (int p = 0; p < parts; p++) store(sums + p * WT_WIDTH, sum[p] * splat(scale));
}

// Four blocks at a time.
static void WT_ISA(gather_rows_f32)(int64_t columns, const float *rows, int64_t stride,
                                    const int32_t *indices, int64_t count, float scale,
                                    float *sums) {
  for (; columns >= 4 * WT_LANES; columns -= 4 * WT_LANES) {
    gather_parts(4 * WT_PARTS, rows, stride, indices, count, scale, sums);
    rows += 4 * WT_LANES;
    sums += 4 * WT_LANES;
  }
  switch (columns / WT_LANES) {
    case 3: gather_parts(3 * WT_PARTS, rows, stride, indices, count, scale, sums); break;
    case 2: gather_parts(2 * WT_PARTS, rows, stride, indices, count, scale, sums); break;
    case 1: gather_parts(WT_PARTS, rows, stride, indices, count, scale, sums); break;
  }
}

static void WT_ISA(scatter_rows_f32)(int64_t columns, const float *change, const int32_t *indices,
                                     int64_t count, float *rows, int64_t stride) {
  for (int64_t i = 0; i < count; i++) {
    if (i + ROWS_AHEAD < count) {
      const float *ahead = wt_row(rows, stride, indices[i + ROWS_AHEAD]);
      for (int64_t c = 0; c < columns; c += WT_LANES) __builtin_prefetch(ahead + c, 1);
    }
    float *row = rows + (int64_t)indices[i] * stride;
    for (int64_t c = 0; c < columns; c += WT_WIDTH)
      store_aligned(row + c, load_aligned(row + c) + load(change + c));
  }
}

// The sums of some rows in `parts` registers: a constant wherever this is called.
WT_INLINE void add_up_parts(int parts, const float *rows, int64_t stride, const int32_t *indices,
                            int64_t count, vfloat *sum) {
#pragma clang loop unroll(full)
  for (int p = 0; p < parts; p++) sum[p] = (vfloat){0};
  for (int64_t i = 0; i < count; i++) {
    const float *row = wt_row(rows, stride, indices[i]);
#pragma clang loop unroll(full)
    for (int p = 0; p < parts; p++) sum[p] += load_aligned(row + p * WT_WIDTH);
  }
}

WT_INLINE void gather_weighted_parts(int parts, const float *rows, const float *weights,
                                     int64_t stride, const int32_t *indices,
                                     const int32_t *positions, int64_t count, float share,
                                     float *mean) {
  vfloat sum[2 * WT_PARTS], there[2 * WT_PARTS];
#pragma clang loop unroll(full)
  for (int p = 0; p < parts; p++) sum[p] = (vfloat){0};
  for (int64_t i = 0, end; i < count; i = end) {
    end = wt_stretch_end(positions, i, count);
    add_up_parts(parts, rows, stride, indices + i, end - i, there);
    const float *weight = wt_row(weights, stride, positions[i]);
#pragma clang loop unroll(full)
    for (int p = 0; p < parts; p++) sum[p] += load_aligned(weight + p * WT_WIDTH) * there[p];
  }
#pragma clang loop unroll(full)
  for (int p = 0; p < parts; p++) store(mean + p * WT_WIDTH, sum[p] * splat(share));
}

// Two blocks at a time.
static void WT_ISA(gather_weighted_rows_f32)(int64_t columns, const float *rows,
                                             const float *weights, int64_t stride,
                                             const int32_t *indices, const int32_t *positions,
                                             int64_t count, float share, float *mean) {
  int64_t c = 0;
  for (; c + 2 * WT_LANES <= columns; c += 2 * WT_LANES)
    gather_weighted_parts(2 * WT_PARTS, rows + c, weights + c, stride, indices, positions, count,
                          share, mean + c);
  if (c < columns)
    gather_weighted_parts(WT_PARTS, rows + c, weights + c, stride, indices, positions, count,
                          share, mean + c);
}

WT_INLINE void scatter_weighted_parts(int parts, const float *change, const float *weights,
                                      float *weight_changes, int64_t stride,
                                      const int32_t *indices, const int32_t *positions,
                                      int64_t count, float share, float *rows) {
  vfloat changes[2 * WT_PARTS], shares[2 * WT_PARTS], there[2 * WT_PARTS];
#pragma clang loop unroll(full)
  for (int p = 0; p < parts; p++) {
    changes[p] = load(change + p * WT_WIDTH);
    shares[p] = splat(share) * changes[p];
  }
  for (int64_t i = 0, end; i < count; i = end) {
    end = wt_stretch_end(positions, i, count);
    const float *weight = wt_row(weights, stride, positions[i]);
    float *weight_change = weight_changes + positions[i] * stride;
    add_up_parts(parts, rows, stride, indices + i, end - i, there);
#pragma clang loop unroll(full)
    for (int p = 0; p < parts; p++) {
      float *to = weight_change + p * WT_WIDTH;
      store(to, load(to) + shares[p] * there[p]);
      there[p] = load_aligned(weight + p * WT_WIDTH) * changes[p];
    }
    for (int64_t k = i; k < end; k++) {
      float *row = rows + (int64_t)indices[k] * stride;
#pragma clang loop unroll(full)
      for (int p = 0; p < parts; p++) {
        float *to = row + p * WT_WIDTH;
        store_aligned(to, load_aligned(to) + there[p]);
      }
    }
  }
}

static void WT_ISA(scatter_weighted_rows_f32)(int64_t columns, const float *change,
                                              const float *weights, float *weight_changes,
                                              int64_t stride, const int32_t *indices,
                                              const int32_t *positions, int64_t count,
                                              float share, float *rows) {
  int64_t c = 0;
  for (; c + 2 * WT_LANES <= columns; c += 2 * WT_LANES)
    scatter_weighted_parts(2 * WT_PARTS, change + c, weights + c, weight_changes + c, stride,
                           indices, positions, count, share, rows + c);
  if (c < columns)
    scatter_weighted_parts(WT_PARTS, change + c, weights + c, weight_changes + c, stride, indices,
                           positions, count, share, rows + c);
}

// Rows whose dot products are taken together: their sums fill the quarters of registers.
enum { ROW_TILE = 4 };

static void WT_ISA(row_dots_f32)(int64_t inner, const float *x, const float *rows, int64_t stride,
                                 const int32_t *indices, int64_t count, float *products) {
  const int64_t whole = inner / WT_LANES * WT_LANES;
  for (int64_t i = 0; i < count; i += ROW_TILE) {
    const float *y[ROW_TILE];
    for (int k = 0; k < ROW_TILE; k++) {
      // The last row stands for those that are not there.
      y[k] = wt_row(rows, stride, indices[i + k < count ? i + k : count - 1]);
      if (i + ROW_TILE + k < count) {
        const float *ahead = wt_row(rows, stride, indices[i + ROW_TILE + k]);
        for (int64_t c = 0; c < inner; c += WT_LANES) __builtin_prefetch(ahead + c);
      }
    }
    float quarters[WT_LANES];   // four sums in each
#pragma clang loop unroll(full)
    for (int p = 0; p < WT_PARTS; p++) {
      vfloat sums[ROW_TILE];
#pragma clang loop unroll(full)
      for (int k = 0; k < ROW_TILE; k++) sums[k] = (vfloat){0};
      int64_t c = p * WT_WIDTH;
      for (; c < whole; c += WT_LANES) {
        const vfloat v = load(x + c);
#pragma clang loop unroll(full)
        for (int k = 0; k < ROW_TILE; k++) sums[k] = fma_v(v, load(y[k] + c), sums[k]);
      }
      if (c < inner) {
        const vfloat v = get(x + c, inner - c);
#pragma clang loop unroll(full)
        for (int k = 0; k < ROW_TILE; k++) sums[k] = fma_v(v, get(y[k] + c, inner - c), sums[k]);
      }
      store(quarters + p * WT_WIDTH, sums_in_quarters(sums));
    }
    for (int k = 0; k < ROW_TILE && i + k < count; k++)
      products[i + k] = (quarters[k] + quarters[4 + k]) + (quarters[8 + k] + quarters[12 + k]);
  }
}
