// The definition of the bits of bags.h, in plain C. Included by scalar.c.

static void gather_rows_f32_scalar(int64_t columns, const float *rows, int64_t stride,
                                   const int32_t *indices, int64_t count, float scale,
                                   float *sums) {
  for (int64_t c = 0; c < columns; c++) {
    float sum = 0;
    for (int64_t i = 0; i < count; i++) sum += wt_row(rows, stride, indices[i])[c];
    sums[c] = sum * scale;
  }
}

static void scatter_rows_f32_scalar(int64_t columns, const float *change, const int32_t *indices,
                                    int64_t count, float *rows, int64_t stride) {
  for (int64_t i = 0; i < count; i++)
    for (int64_t c = 0; c < columns; c++) rows[(int64_t)indices[i] * stride + c] += change[c];
}

static void gather_weighted_rows_f32_scalar(int64_t columns, const float *rows,
                                            const float *weights, int64_t stride,
                                            const int32_t *indices, const int32_t *positions,
                                            int64_t count, float share, float *mean) {
  for (int64_t c = 0; c < columns; c++) {
    float sum = 0;
    for (int64_t i = 0, end; i < count; i = end) {
      end = wt_stretch_end(positions, i, count);
      float there = 0;
      for (int64_t k = i; k < end; k++) there += wt_row(rows, stride, indices[k])[c];
      sum += wt_row(weights, stride, positions[i])[c] * there;
    }
    mean[c] = sum * share;
  }
}

static void scatter_weighted_rows_f32_scalar(int64_t columns, const float *change,
                                             const float *weights, float *weight_changes,
                                             int64_t stride, const int32_t *indices,
                                             const int32_t *positions, int64_t count, float share,
                                             float *rows) {
  for (int64_t i = 0, end; i < count; i = end) {
    end = wt_stretch_end(positions, i, count);
    for (int64_t c = 0; c < columns; c++) {
      float there = 0;
      for (int64_t k = i; k < end; k++) there += wt_row(rows, stride, indices[k])[c];
      weight_changes[positions[i] * stride + c] += share * change[c] * there;
      const float own = wt_row(weights, stride, positions[i])[c] * change[c];
      for (int64_t k = i; k < end; k++) rows[(int64_t)indices[k] * stride + c] += own;
    }
  }
}

static void row_dots_f32_scalar(int64_t inner, const float *x, const float *rows, int64_t stride,
                                const int32_t *indices, int64_t count, float *products) {
  for (int64_t i = 0; i < count; i++) {
    const float *y = wt_row(rows, stride, indices[i]);
    float lanes[WT_LANES] = {0};
    for (int64_t c = 0; c < inner; c++) lanes[c % WT_LANES] = fmaf(x[c], y[c], lanes[c % WT_LANES]);
    products[i] = wt_sum_lanes(lanes);
  }
}
