// Files over HTTP by libcurl, which is looked for when the first one is asked for: neither the build nor
// a machine that never downloads anything needs it.
#ifndef WT_CURL_SHIMS_H
#define WT_CURL_SHIMS_H

#include <stddef.h>
#include <stdint.h>

// What came of a request.
typedef enum {
  wt_curl_done = 0,
  // libcurl is not here; the reason names what was looked for.
  wt_curl_missing = 1,
  // The transfer failed; the reason is libcurl's.
  wt_curl_failed = 2,
  // A callback asked for the end.
  wt_curl_stopped = 3,
} wt_curl_status;

// Called once, when the headers of the last response are complete: its status code, the place in the file
// of the body's first byte, and the bytes of the whole file, -1 where the server does not say. Anything
// but 0 ends the transfer.
typedef int (*wt_curl_head)(void *_Nullable context, long status, int64_t offset, int64_t total);

// Takes the next bytes of the body. Anything but 0 ends the transfer.
typedef int (*wt_curl_sink)(void *_Nullable context, const uint8_t *_Nonnull bytes, size_t count);

// Called about once a second while bytes come or are waited for. Anything but 0 ends the transfer.
typedef int (*wt_curl_tick)(void *_Nullable context);

// Whether libcurl is here: wt_curl_done or wt_curl_missing. `reason` is filled as below.
wt_curl_status wt_curl_find(char *_Nonnull reason, size_t reason_size);

// Asks for an address of http or https and hands what comes to the callbacks. Redirections are followed,
// ten at most, and never from https to http.
//
// `offset`: the first byte that is wanted; a server may answer with the whole file all the same, and
// `head` is told. `agent`: who asks. `reason` takes up to `reason_size` bytes, the last one 0, of what was
// wrong. May be called from several threads.
wt_curl_status wt_curl_get(
    const char *_Nonnull address, int64_t offset, const char *_Nonnull agent, wt_curl_head _Nonnull head,
    wt_curl_sink _Nonnull sink, wt_curl_tick _Nonnull tick, void *_Nullable context,
    char *_Nonnull reason, size_t reason_size);

#endif
