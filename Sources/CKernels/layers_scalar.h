// The definition of the bits of layers.h, in plain C. Included by scalar.c.

static void give(float *to, float value, bool adds) { *to = adds ? *to + value : value; }

static void relu_f32_scalar(int64_t count, const float *x, float *y) {
  for (int64_t i = 0; i < count; i++) y[i] = x[i] < 0 ? 0 : x[i];
}

static void relu_gradient_f32_scalar(int64_t count, const float *y, const float *dy, float *dx,
                                     bool adds) {
  for (int64_t i = 0; i < count; i++) give(dx + i, y[i] <= 0 ? 0 : dy[i], adds);
}

static void tanh_gradient_f32_scalar(int64_t count, const float *y, const float *dy, float *dx,
                                     bool adds) {
  for (int64_t i = 0; i < count; i++) give(dx + i, dy[i] * (1 - y[i] * y[i]), adds);
}

static void sigmoid_gradient_f32_scalar(int64_t count, const float *y, const float *dy, float *dx,
                                        bool adds) {
  for (int64_t i = 0; i < count; i++) give(dx + i, dy[i] * (y[i] * (1 - y[i])), adds);
}

static void add_f32_scalar(int64_t count, const float *x, const float *y, float *z) {
  for (int64_t i = 0; i < count; i++) z[i] = x[i] + y[i];
}

static void drop_f32_scalar(int64_t count, const float *x, float *y, uint32_t first, uint32_t key0,
                            uint32_t key1, uint32_t threshold, float scale, bool adds) {
  for (int64_t i = 0; i < count; i++) {
    uint32_t h = first + (uint32_t)i + key0;
    h = (h ^ (h >> 16)) * WT_HASH_1;
    h = (h ^ (h >> 13) ^ key1) * WT_HASH_2;
    h ^= h >> 16;
    give(y + i, h < threshold ? 0 : x[i] * scale, adds);
  }
}

static void channel_products_f32_scalar(int64_t rows, int64_t channels, const float *x,
                                        const float *dy, double *sums, double *products) {
  for (int64_t c = 0; c < channels; c++) sums[c] = products[c] = 0;
  for (int64_t r = 0; r < rows; r++)
    for (int64_t c = 0; c < channels; c++) {
      sums[c] += dy[r * channels + c];
      products[c] += (double)x[r * channels + c] * dy[r * channels + c];
    }
}

static void channel_sums_f32_scalar(int64_t rows, int64_t channels, const float *x, double *sums,
                                    double *squares) {
  channel_products_f32_scalar(rows, channels, x, x, sums, squares);
}

static void scale_channels_f32_scalar(int64_t rows, int64_t channels, const float *x,
                                      const float *a, const float *b, float *y) {
  for (int64_t r = 0; r < rows; r++)
    for (int64_t c = 0; c < channels; c++) y[r * channels + c] = x[r * channels + c] * a[c] + b[c];
}

static void combine_channels_f32_scalar(int64_t rows, int64_t channels, const float *dy,
                                        const float *a, const float *x, const float *b,
                                        const float *d, float *dx, bool adds) {
  for (int64_t r = 0; r < rows; r++)
    for (int64_t c = 0; c < channels; c++) {
      int64_t i = r * channels + c;
      give(dx + i, dy[i] * a[c] + (x[i] * b[c] + d[c]), adds);
    }
}

static void max_pool_f32_scalar(const wt_pool *pool, int64_t row, const float *image, float *y,
                                uint8_t *places) {
  const wt_pool_axis *rows = &pool->rows, *columns = &pool->columns;
  int64_t channels = pool->channels, stride = columns->inputs * channels;
  for (int64_t j = 0; j < columns->windows; j++)
    for (int64_t c = 0; c < channels; c++) {
      const float *x = image + rows->lower[row] * stride + columns->lower[j] * channels + c;
      float most = *x;
      int64_t place = 0;
      for (int64_t i = 0; i < rows->upper[row] - rows->lower[row]; i++)
        for (int64_t k = 0; k < columns->upper[j] - columns->lower[j]; k++) {
          float v = x[i * stride + k * channels];
          if (!(v > most) && (v == v || i + k == 0)) continue;
          most = v;
          place = i * columns->longest + k;
        }
      y[j * channels + c] = most;
      if (places) places[j * channels + c] = (uint8_t)place;
    }
}

static void max_pool_gradient_f32_scalar(const wt_pool *pool, int64_t row, const float *dy,
                                         const uint8_t *places, float *dx, bool adds) {
  const wt_pool_axis *rows = &pool->rows, *columns = &pool->columns;
  int64_t channels = pool->channels, stride = columns->windows * channels;
  for (int64_t at = 0; at < columns->inputs; at++)
    for (int64_t c = 0; c < channels; c++) {
      float sum = adds ? dx[at * channels + c] : 0;
      for (int32_t i = rows->first[row]; i < rows->end[row]; i++)
        for (int32_t j = columns->first[at]; j < columns->end[at]; j++) {
          int64_t window = i * stride + j * channels + c;
          int64_t place = (row - rows->lower[i]) * columns->longest + at - columns->lower[j];
          sum += places[window] == place ? dy[window] : 0;
        }
      dx[at * channels + c] = sum;
    }
}

static void average_pool_f32_scalar(const wt_pool *pool, int64_t row, const float *image,
                                    float *y) {
  const wt_pool_axis *rows = &pool->rows, *columns = &pool->columns;
  int64_t channels = pool->channels, stride = columns->inputs * channels;
  for (int64_t j = 0; j < columns->windows; j++)
    for (int64_t c = 0; c < channels; c++) {
      float sum = 0;
      for (int32_t i = rows->lower[row]; i < rows->upper[row]; i++)
        for (int32_t k = columns->lower[j]; k < columns->upper[j]; k++)
          sum += image[i * stride + k * channels + c];
      y[j * channels + c] = sum * (1.0f / (float)(rows->extent[row] * columns->extent[j]));
    }
}

static void average_pool_gradient_f32_scalar(const wt_pool *pool, int64_t row, const float *dy,
                                             float *dx, bool adds) {
  const wt_pool_axis *rows = &pool->rows, *columns = &pool->columns;
  int64_t channels = pool->channels, stride = columns->windows * channels;
  for (int64_t at = 0; at < columns->inputs; at++)
    for (int64_t c = 0; c < channels; c++) {
      float sum = adds ? dx[at * channels + c] : 0;
      for (int32_t i = rows->first[row]; i < rows->end[row]; i++)
        for (int32_t j = columns->first[at]; j < columns->end[at]; j++)
          sum += dy[i * stride + j * channels + c] *
                 (1.0f / (float)(rows->extent[i] * columns->extent[j]));
      dx[at * channels + c] = sum;
    }
}
