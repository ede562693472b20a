// SVG drawn into PNG by librsvg and cairo, which are looked for when the first picture is drawn: neither
// the build nor a machine without them needs them.
#ifndef WT_RSVG_SHIMS_H
#define WT_RSVG_SHIMS_H

#include <stddef.h>
#include <stdint.h>

// What came of a picture.
typedef enum {
  wt_rsvg_done = 0,
  // librsvg or cairo is not here; the reason names what was looked for.
  wt_rsvg_missing = 1,
  // The text is no SVG, or librsvg did not draw it.
  wt_rsvg_refused = 2,
  // A side is larger than cairo's pictures may be, or there is no memory.
  wt_rsvg_too_large = 3,
} wt_rsvg_status;

// The longest side of a picture in pixels.
enum { wt_rsvg_largest_side = 32767 };

// Takes the next bytes of a PNG file.
typedef void (*wt_rsvg_sink)(void *_Nullable context, const uint8_t *_Nonnull bytes, size_t count);

// Whether both libraries are here: wt_rsvg_done or wt_rsvg_missing. `reason` is filled as below.
wt_rsvg_status wt_rsvg_find(char *_Nonnull reason, size_t reason_size);

// Draws `count` bytes of SVG, `scale` pixels for a unit, and hands the PNG file to `sink`. `reason` takes
// up to `reason_size` bytes, the last one 0, of what was wrong.
wt_rsvg_status wt_rsvg_png(
    const uint8_t *_Nonnull svg, size_t count, double scale, wt_rsvg_sink _Nonnull sink,
    void *_Nullable context, char *_Nonnull reason, size_t reason_size);

#endif
