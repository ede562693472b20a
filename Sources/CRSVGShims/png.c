#include "CRSVGShims.h"

#include <dlfcn.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>

// The few declarations of librsvg 2.52, cairo 1.0 and GLib 2 that are called; their ABIs are stable.
typedef struct {
  uint32_t domain;
  int code;
  char *message;
} glib_error;

typedef struct {
  double x, y, width, height;
} rsvg_rectangle;

typedef int (*cairo_write)(void *closure, const unsigned char *bytes, unsigned count);

static struct {
  void *(*handle_new)(const uint8_t *bytes, size_t count, glib_error **error);
  int (*handle_size)(void *handle, double *width, double *height);
  int (*render)(void *handle, void *context, const rsvg_rectangle *viewport, glib_error **error);
  void (*unref)(void *object);
  void (*free_error)(glib_error *error);
  void *(*surface_create)(int format, int width, int height);
  int (*surface_status)(void *surface);
  void (*surface_destroy)(void *surface);
  int (*surface_png)(void *surface, cairo_write write, void *closure);
  void *(*create)(void *surface);
  void (*destroy)(void *context);
} api;

// What is missing; NULL when nothing is.
static const char *missing = "librsvg";

#ifdef __APPLE__
static const char *const rsvg_names[] = {
    "librsvg-2.2.dylib", "/opt/homebrew/lib/librsvg-2.2.dylib", "/usr/local/lib/librsvg-2.2.dylib"};
static const char *const cairo_names[] = {
    "libcairo.2.dylib", "/opt/homebrew/lib/libcairo.2.dylib", "/usr/local/lib/libcairo.2.dylib"};
#else
static const char *const rsvg_names[] = {"librsvg-2.so.2"};
static const char *const cairo_names[] = {"libcairo.so.2"};
#endif

static void *open_first(const char *const *names, size_t count) {
  for (size_t index = 0; index < count; index++) {
    void *library = dlopen(names[index], RTLD_NOW | RTLD_LOCAL);
    if (library) return library;
  }
  return NULL;
}

#define COUNT(array) (sizeof(array) / sizeof *(array))

// Finds a function; the libraries stay open, and with them those they stand on.
#define FIND(library, member, symbol)                       \
  if (!(*(void **)&api.member = dlsym(library, symbol))) {  \
    missing = symbol "()";                                  \
    return;                                                 \
  }

static void find(void) {
  void *rsvg = open_first(rsvg_names, COUNT(rsvg_names));
  if (!rsvg) return;
  void *cairo = open_first(cairo_names, COUNT(cairo_names));
  if (!cairo) {
    missing = "cairo";
    return;
  }
  FIND(rsvg, handle_new, "rsvg_handle_new_from_data")
  FIND(rsvg, handle_size, "rsvg_handle_get_intrinsic_size_in_pixels")
  FIND(rsvg, render, "rsvg_handle_render_document")
  FIND(rsvg, unref, "g_object_unref")
  FIND(rsvg, free_error, "g_error_free")
  FIND(cairo, surface_create, "cairo_image_surface_create")
  FIND(cairo, surface_status, "cairo_surface_status")
  FIND(cairo, surface_destroy, "cairo_surface_destroy")
  FIND(cairo, surface_png, "cairo_surface_write_to_png_stream")
  FIND(cairo, create, "cairo_create")
  FIND(cairo, destroy, "cairo_destroy")
  missing = NULL;
}

static pthread_once_t once = PTHREAD_ONCE_INIT;

wt_rsvg_status wt_rsvg_find(char *reason, size_t reason_size) {
  pthread_once(&once, find);
  if (!missing) return wt_rsvg_done;
  snprintf(reason, reason_size, "no %s", missing);
  return wt_rsvg_missing;
}

typedef struct {
  wt_rsvg_sink take;
  void *context;
} png_sink;

static int write_png(void *closure, const unsigned char *bytes, unsigned count) {
  const png_sink *sink = closure;
  sink->take(sink->context, bytes, count);
  return 0;
}

// Says what GLib said, and forgets it.
static wt_rsvg_status refuse(glib_error *error, char *reason, size_t reason_size) {
  snprintf(reason, reason_size, "%s", error && error->message ? error->message : "no reason");
  if (error) api.free_error(error);
  return wt_rsvg_refused;
}

// Draws onto a surface.
static wt_rsvg_status draw(
    void *handle, void *surface, rsvg_rectangle viewport, char *reason, size_t reason_size) {
  glib_error *error = NULL;
  void *context = api.create(surface);
  int drawn = api.render(handle, context, &viewport, &error);
  api.destroy(context);
  return drawn ? wt_rsvg_done : refuse(error, reason, reason_size);
}

wt_rsvg_status wt_rsvg_png(
    const uint8_t *svg, size_t count, double scale, wt_rsvg_sink take, void *context, char *reason,
    size_t reason_size) {
  wt_rsvg_status status = wt_rsvg_find(reason, reason_size);
  if (status != wt_rsvg_done) return status;
  glib_error *error = NULL;
  void *handle = api.handle_new(svg, count, &error);
  if (!handle) return refuse(error, reason, reason_size);
  double width = 0, height = 0;
  if (!api.handle_size(handle, &width, &height) || !(width > 0 && height > 0)) {
    api.unref(handle);
    snprintf(reason, reason_size, "no size");
    return wt_rsvg_refused;
  }
  width = ceil(width * scale);
  height = ceil(height * scale);
  if (!(width >= 1 && width <= wt_rsvg_largest_side && height >= 1 &&
        height <= wt_rsvg_largest_side)) {
    api.unref(handle);
    snprintf(reason, reason_size, "%.0f x %.0f pixels", width, height);
    return wt_rsvg_too_large;
  }
  // 0: ARGB, 32 bits a pixel.
  void *surface = api.surface_create(0, (int)width, (int)height);
  if (api.surface_status(surface) != 0) {
    snprintf(reason, reason_size, "no memory for %.0f x %.0f pixels", width, height);
    status = wt_rsvg_too_large;
  } else {
    rsvg_rectangle viewport = {0, 0, width, height};
    status = draw(handle, surface, viewport, reason, reason_size);
  }
  if (status == wt_rsvg_done) {
    png_sink sink = {take, context};
    if (api.surface_png(surface, write_png, &sink) != 0) {
      snprintf(reason, reason_size, "cairo wrote no PNG");
      status = wt_rsvg_refused;
    }
  }
  api.surface_destroy(surface);
  api.unref(handle);
  return status;
}
