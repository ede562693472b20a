// The kernels of layers without filters, for any width of registers; layers_scalar.h says what they
// compute. Nothing here depends on how many lanes there are: every value or channel is computed for
// itself.

#include "lanes.h"

typedef uint8_t vbytes __attribute__((vector_size(WT_WIDTH)));

WT_INLINE vbits get_bytes(const uint8_t *from, int64_t left) {
  vbytes bytes = {0};
  if (left >= WT_WIDTH)
    __builtin_memcpy(&bytes, from, WT_WIDTH);
  else
    for (int64_t i = 0; i < left; i++) bytes[i] = from[i];
  return __builtin_convertvector(bytes, vbits);
}

WT_INLINE void put_bytes(uint8_t *to, vbits v, int64_t left) {
  vbytes bytes = __builtin_convertvector(v, vbytes);
  if (left >= WT_WIDTH)
    __builtin_memcpy(to, &bytes, WT_WIDTH);
  else
    for (int64_t i = 0; i < left; i++) to[i] = bytes[i];
}

// Stores or adds.
WT_INLINE void give(float *to, vfloat v, int64_t left, bool adds) {
  put(to, adds ? get(to, left) + v : v, left);
}

static void WT_ISA(relu_f32)(int64_t count, const float *x, float *y) {
  for (int64_t i = 0; i < count; i += WT_WIDTH) {
    vfloat v = get(x + i, count - i);
    put(y + i, choose((vbits)(v < 0.0f), (vfloat){0}, v), count - i);
  }
}

static void WT_ISA(relu_gradient_f32)(int64_t count, const float *y, const float *dy, float *dx,
                                      bool adds) {
  for (int64_t i = 0; i < count; i += WT_WIDTH) {
    int64_t n = count - i;
    vbits off = (vbits)(get(y + i, n) <= 0.0f);
    give(dx + i, choose(off, (vfloat){0}, get(dy + i, n)), n, adds);
  }
}

static void WT_ISA(tanh_gradient_f32)(int64_t count, const float *y, const float *dy, float *dx,
                                      bool adds) {
  for (int64_t i = 0; i < count; i += WT_WIDTH) {
    int64_t n = count - i;
    vfloat v = get(y + i, n);
    give(dx + i, get(dy + i, n) * (1.0f - v * v), n, adds);
  }
}

static void WT_ISA(sigmoid_gradient_f32)(int64_t count, const float *y, const float *dy, float *dx,
                                         bool adds) {
  for (int64_t i = 0; i < count; i += WT_WIDTH) {
    int64_t n = count - i;
    vfloat v = get(y + i, n);
    give(dx + i, get(dy + i, n) * (v * (1.0f - v)), n, adds);
  }
}

static void WT_ISA(add_f32)(int64_t count, const float *x, const float *y, float *z) {
  for (int64_t i = 0; i < count; i += WT_WIDTH)
    put(z + i, get(x + i, count - i) + get(y + i, count - i), count - i);
}

static void WT_ISA(drop_f32)(int64_t count, const float *x, float *y, uint32_t first, uint32_t key0,
                             uint32_t key1, uint32_t threshold, float scale, bool adds) {
  for (int64_t i = 0; i < count; i += WT_WIDTH) {
    int64_t n = count - i;
    vbits h = (vbits)LANE_NUMBERS + (first + (uint32_t)i + key0);
    h = (h ^ (h >> 16)) * WT_HASH_1;
    h = (h ^ (h >> 13) ^ key1) * WT_HASH_2;
    h ^= h >> 16;
    give(y + i, choose((vbits)(h < threshold), (vfloat){0}, get(x + i, n) * scale), n, adds);
  }
}

// The first `left` of WT_WIDTH doubles; none if left <= 0.
WT_INLINE void put_doubles(double *to, const vdouble *from, int64_t left) {
  if (left > 0) __builtin_memcpy(to, from, sizeof(double) * (left < WT_WIDTH ? left : WT_WIDTH));
}

// Two registers of channels at a time, their sums in registers while all rows pass by.
WT_INLINE void sum_channels(int64_t rows, int64_t channels, const float *x, const float *dy,
                            double *sums, double *products) {
  for (int64_t c = 0; c < channels; c += 2 * WT_WIDTH) {
    vdouble s[2] = {{0}}, p[2] = {{0}};
    int64_t n = channels - c;
    for (int64_t r = 0; r < rows; r++)
      for (int k = 0; k < 2; k++) {
        int64_t at = c + k * WT_WIDTH, left = n - k * WT_WIDTH;
        vdouble v = __builtin_convertvector(get(x + r * channels + at, left), vdouble);
        vdouble w = dy ? __builtin_convertvector(get(dy + r * channels + at, left), vdouble) : v;
        s[k] += w;
        p[k] += v * w;   // exact: 24 bits times 24
      }
    for (int k = 0; k < 2; k++) {
      put_doubles(sums + c + k * WT_WIDTH, s + k, n - k * WT_WIDTH);
      put_doubles(products + c + k * WT_WIDTH, p + k, n - k * WT_WIDTH);
    }
  }
}

static void WT_ISA(channel_sums_f32)(int64_t rows, int64_t channels, const float *x, double *sums,
                                     double *squares) {
  sum_channels(rows, channels, x, 0, sums, squares);
}

static void WT_ISA(channel_products_f32)(int64_t rows, int64_t channels, const float *x,
                                         const float *dy, double *sums, double *products) {
  sum_channels(rows, channels, x, dy, sums, products);
}

static void WT_ISA(scale_channels_f32)(int64_t rows, int64_t channels, const float *x,
                                       const float *a, const float *b, float *y) {
  for (int64_t r = 0; r < rows; r++, x += channels, y += channels)
    for (int64_t c = 0; c < channels; c += WT_WIDTH) {
      int64_t n = channels - c;
      put(y + c, get(x + c, n) * get(a + c, n) + get(b + c, n), n);
    }
}

static void WT_ISA(combine_channels_f32)(int64_t rows, int64_t channels, const float *dy,
                                         const float *a, const float *x, const float *b,
                                         const float *d, float *dx, bool adds) {
  for (int64_t r = 0; r < rows; r++, x += channels, dy += channels, dx += channels)
    for (int64_t c = 0; c < channels; c += WT_WIDTH) {
      int64_t n = channels - c;
      vfloat v = get(x + c, n) * get(b + c, n) + get(d + c, n);
      give(dx + c, get(dy + c, n) * get(a + c, n) + v, n, adds);
    }
}

// The maxima of one window; constant extents make straight code of it.
WT_INLINE void window_maxima(const float *x, int64_t rows, int64_t columns, int64_t row_stride,
                             int64_t channels, uint32_t pitch, float *y, uint8_t *places) {
  for (int64_t c = 0; c < channels; c += WT_WIDTH) {
    int64_t n = channels - c;
    vfloat most = get(x + c, n);
    vbits place = {0};
    for (int64_t i = 0; i < rows; i++)
      for (int64_t j = i == 0; j < columns; j++) {
        vfloat v = get(x + i * row_stride + j * channels + c, n);
        vbits more = (vbits)(v > most) | (vbits)(v != v);
        most = choose(more, v, most);
        place = (more & ((uint32_t)i * pitch + (uint32_t)j)) | (~more & place);
      }
    put(y + c, most, n);
    if (places) put_bytes(places + c, place, n);
  }
}

static void WT_ISA(max_pool_f32)(const wt_pool *pool, int64_t row, const float *image, float *y,
                                 uint8_t *places) {
  const wt_pool_axis *columns = &pool->columns;
  int64_t channels = pool->channels, stride = columns->inputs * channels;
  int64_t height = pool->rows.upper[row] - pool->rows.lower[row];
  uint32_t pitch = (uint32_t)columns->longest;
  image += pool->rows.lower[row] * stride;
  for (int64_t j = 0; j < columns->windows; j++, y += channels) {
    const float *x = image + columns->lower[j] * channels;
    int64_t width = columns->upper[j] - columns->lower[j];
    if (height == 2 && width == 2)
      window_maxima(x, 2, 2, stride, channels, pitch, y, places);
    else if (height == 3 && width == 3)
      window_maxima(x, 3, 3, stride, channels, pitch, y, places);
    else
      window_maxima(x, height, width, stride, channels, pitch, y, places);
    if (places) places += channels;
  }
}

// Whether no place lies in two windows.
static bool WT_ISA(are_apart)(const wt_pool_axis *axis) {
  for (int64_t w = 1; w < axis->windows; w++)
    if (axis->upper[w - 1] > axis->lower[w]) return false;
  return true;
}

// Of places in no window.
static void WT_ISA(clear)(float *dx, int64_t count, bool adds) {
  if (!adds && count > 0) __builtin_memset(dx, 0, sizeof(float) * (uint64_t)count);
}

// The same as below for places in at most one window: each window is read once.
static void WT_ISA(spread)(const wt_pool *pool, int64_t row, const float *dy,
                           const uint8_t *places, float *dx, bool adds) {
  const wt_pool_axis *rows = &pool->rows, *columns = &pool->columns;
  int64_t channels = pool->channels, at = 0;
  int32_t i = rows->first[row];
  if (i == rows->end[row]) return WT_ISA(clear)(dx, columns->inputs * channels, adds);
  uint32_t above = (uint32_t)(((int32_t)row - rows->lower[i]) * columns->longest);
  dy += i * columns->windows * channels;
  places += i * columns->windows * channels;
  for (int64_t j = 0; j < columns->windows; j++, dy += channels, places += channels) {
    int64_t lower = columns->lower[j], upper = columns->upper[j];
    WT_ISA(clear)(dx + at * channels, (lower - at) * channels, adds);
    for (int64_t c = 0; c < channels; c += WT_WIDTH) {
      int64_t n = channels - c;
      vfloat gradient = get(dy + c, n);
      vbits place = get_bytes(places + c, n);
      for (int64_t k = lower; k < upper; k++) {
        float *to = dx + k * channels + c;
        vbits here = (vbits)(place == above + (uint32_t)(k - lower));
        vfloat sum = adds ? get(to, n) : (vfloat){0};
        put(to, sum + choose(here, gradient, (vfloat){0}), n);
      }
    }
    at = upper;
  }
  WT_ISA(clear)(dx + at * channels, (columns->inputs - at) * channels, adds);
}

static void WT_ISA(max_pool_gradient_f32)(const wt_pool *pool, int64_t row, const float *dy,
                                          const uint8_t *places, float *dx, bool adds) {
  const wt_pool_axis *rows = &pool->rows, *columns = &pool->columns;
  int64_t channels = pool->channels, stride = columns->windows * channels;
  int32_t pitch = (int32_t)columns->longest;
  if (rows->end[row] - rows->first[row] <= 1 && WT_ISA(are_apart)(columns))
    return WT_ISA(spread)(pool, row, dy, places, dx, adds);
  for (int32_t at = 0; at < columns->inputs; at++, dx += channels)
    for (int64_t c = 0; c < channels; c += WT_WIDTH) {
      int64_t n = channels - c;
      vfloat sum = adds ? get(dx + c, n) : (vfloat){0};
      for (int32_t i = rows->first[row]; i < rows->end[row]; i++)
        for (int32_t j = columns->first[at]; j < columns->end[at]; j++) {
          int64_t window = i * stride + j * channels + c;
          uint32_t place =
              (uint32_t)(((int32_t)row - rows->lower[i]) * pitch + at - columns->lower[j]);
          vbits here = (vbits)(get_bytes(places + window, n) == place);
          sum += choose(here, get(dy + window, n), (vfloat){0});
        }
      put(dx + c, sum, n);
    }
}

static void WT_ISA(average_pool_f32)(const wt_pool *pool, int64_t row, const float *image,
                                     float *y) {
  const wt_pool_axis *rows = &pool->rows, *columns = &pool->columns;
  int64_t channels = pool->channels, stride = columns->inputs * channels;
  for (int64_t j = 0; j < columns->windows; j++, y += channels) {
    float factor = 1.0f / (float)(rows->extent[row] * columns->extent[j]);
    for (int64_t c = 0; c < channels; c += WT_WIDTH) {
      int64_t n = channels - c;
      vfloat sum = {0};
      for (int32_t i = rows->lower[row]; i < rows->upper[row]; i++)
        for (int32_t k = columns->lower[j]; k < columns->upper[j]; k++)
          sum += get(image + i * stride + k * channels + c, n);
      put(y + c, sum * factor, n);
    }
  }
}

static void WT_ISA(average_pool_gradient_f32)(const wt_pool *pool, int64_t row, const float *dy,
                                              float *dx, bool adds) {
  const wt_pool_axis *rows = &pool->rows, *columns = &pool->columns;
  int64_t channels = pool->channels, stride = columns->windows * channels;
  for (int64_t at = 0; at < columns->inputs; at++, dx += channels)
    for (int64_t c = 0; c < channels; c += WT_WIDTH) {
      int64_t n = channels - c;
      vfloat sum = adds ? get(dx + c, n) : (vfloat){0};
      for (int32_t i = rows->first[row]; i < rows->end[row]; i++)
        for (int32_t j = columns->first[at]; j < columns->end[at]; j++) {
          float factor = 1.0f / (float)(rows->extent[i] * columns->extent[j]);
          sum += get(dy + i * stride + j * channels + c, n) * factor;
        }
      put(dx + c, sum, n);
    }
}
