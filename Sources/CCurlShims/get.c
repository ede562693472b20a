#include "CCurlShims.h"

#include <dlfcn.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

// The few declarations of libcurl 7.32 and newer that are used. Their numbers are part of its ABI, which
// has not changed since version 7.16 (libcurl.so.4).
enum {
  option_write_data = 10001,
  option_address = 10002,
  option_range = 10007,
  option_error_buffer = 10010,
  option_agent = 10018,
  option_header_data = 10029,
  option_tick_data = 10057,
  option_write = 20011,
  option_header = 20079,
  option_tick = 20219,
  option_slowest = 19,
  option_slow_seconds = 20,
  option_no_progress = 43,
  option_follow = 52,
  option_most_redirections = 68,
  option_connect_seconds = 78,
  option_no_signals = 99,
  option_protocols = 181,
  option_redirection_protocols = 182,
  info_status = 0x200002,
  protocol_http = 1,
  protocol_https = 2,
  code_write_error = 23,
  code_stopped = 42,
  global_default = 3,
  error_size = 256,
};

static struct {
  int (*global_init)(long flags);
  void *(*init)(void);
  int (*set)(void *handle, int option, ...);
  int (*perform)(void *handle);
  int (*info)(void *handle, int what, ...);
  void (*cleanup)(void *handle);
  const char *(*message)(int code);
} api;

// What is missing; NULL when nothing is.
static const char *missing = "libcurl";

#ifdef __APPLE__
static const char *const names[] = {"/usr/lib/libcurl.4.dylib"};
#else
// Debian has one for each library of TLS, which differ in nothing that is called here.
static const char *const names[] = {"libcurl.so.4", "libcurl-gnutls.so.4", "libcurl-nss.so.4"};
#endif

// Finds a function; the library stays open.
#define FIND(member, symbol)                               \
  if (!(*(void **)&api.member = dlsym(library, symbol))) { \
    missing = symbol "()";                                 \
    return;                                                \
  }

static void find(void) {
  void *library = NULL;
  for (size_t index = 0; !library && index < sizeof names / sizeof *names; index++) {
    library = dlopen(names[index], RTLD_NOW | RTLD_LOCAL);
  }
  if (!library) return;
  FIND(global_init, "curl_global_init")
  FIND(init, "curl_easy_init")
  FIND(set, "curl_easy_setopt")
  FIND(perform, "curl_easy_perform")
  FIND(info, "curl_easy_getinfo")
  FIND(cleanup, "curl_easy_cleanup")
  FIND(message, "curl_easy_strerror")
  missing = api.global_init(global_default) == 0 ? NULL : "working libcurl";
}

static pthread_once_t once = PTHREAD_ONCE_INIT;

wt_curl_status wt_curl_find(char *reason, size_t reason_size) {
  pthread_once(&once, find);
  if (!missing) return wt_curl_done;
  snprintf(reason, reason_size, "no %s", missing);
  return wt_curl_missing;
}

// A transfer and what its present response has said so far.
typedef struct {
  void *handle;
  wt_curl_head head;
  wt_curl_sink sink;
  wt_curl_tick tick;
  void *context;
  int64_t offset;
  // Of the whole file; -1: not said, -2: said to be unknown.
  int64_t total;
  int told_head;
} transfer;

// Whether a header line has that name, and where its value begins.
static const char *value_of(const char *line, const char *name) {
  size_t length = strlen(name);
  if (strncasecmp(line, name, length) != 0 || line[length] != ':') return NULL;
  return line + length + 1 + strspn(line + length + 1, " \t");
}

// One header line; those of each redirection come as well.
static size_t take_header(char *bytes, size_t size, size_t count, void *data) {
  transfer *state = data;
  char line[200];
  size_t length = size * count < sizeof line - 1 ? size * count : sizeof line - 1;
  memcpy(line, bytes, length);
  line[length] = 0;
  int64_t first, last, total;
  const char *value;
  if (strncmp(line, "HTTP/", 5) == 0) {
    state->offset = 0;
    state->total = -1;
  } else if ((value = value_of(line, "Content-Length"))) {
    if (state->total == -1 && sscanf(value, "%" SCNd64, &total) == 1 && total >= 0) state->total = total;
  } else if ((value = value_of(line, "Content-Range"))) {
    // "bytes 7-99/100": of a part, this says more than Content-Length; the total may be an asterisk.
    int found = sscanf(value, "bytes %" SCNd64 "-%" SCNd64 "/%" SCNd64, &first, &last, &total);
    if (found >= 2 && first >= 0) {
      state->offset = first;
      state->total = found == 3 && total > last ? total : -2;
    }
  }
  return size * count;
}

// Tells of the response, once.
static int tell_head(transfer *state) {
  if (state->told_head) return 0;
  state->told_head = 1;
  long status = 0;
  api.info(state->handle, info_status, &status);
  return state->head(state->context, status, state->offset, state->total < 0 ? -1 : state->total);
}

static size_t take_body(char *bytes, size_t size, size_t count, void *data) {
  transfer *state = data;
  if (tell_head(state) != 0) return 0;
  if (size * count == 0) return 0;
  return state->sink(state->context, (const uint8_t *)bytes, size * count) == 0 ? size * count : 0;
}

static int tick(void *data, int64_t total, int64_t now, int64_t up_total, int64_t up_now) {
  (void)total, (void)now, (void)up_total, (void)up_now;
  transfer *state = data;
  return state->tick(state->context);
}

wt_curl_status wt_curl_get(
    const char *address, int64_t offset, const char *agent, wt_curl_head head, wt_curl_sink sink,
    wt_curl_tick take_tick, void *context, char *reason, size_t reason_size) {
  wt_curl_status status = wt_curl_find(reason, reason_size);
  if (status != wt_curl_done) return status;
  void *handle = api.init();
  if (!handle) {
    snprintf(reason, reason_size, "libcurl has no memory");
    return wt_curl_failed;
  }
  transfer state = {handle, head, sink, take_tick, context, 0, -1, 0};
  char error[error_size] = "";
  char range[32];
  snprintf(range, sizeof range, "%" PRId64 "-", offset);
  int is_secure = strncasecmp(address, "https:", 6) == 0;
  api.set(handle, option_address, address);
  api.set(handle, option_agent, agent);
  api.set(handle, option_error_buffer, error);
  api.set(handle, option_protocols, (long)(protocol_http | protocol_https));
  api.set(handle, option_redirection_protocols,
          (long)(is_secure ? protocol_https : protocol_http | protocol_https));
  api.set(handle, option_follow, 1L);
  api.set(handle, option_most_redirections, 10L);
  api.set(handle, option_no_signals, 1L);
  api.set(handle, option_connect_seconds, 30L);
  // A server that sends nothing for a minute has gone.
  api.set(handle, option_slowest, 1L);
  api.set(handle, option_slow_seconds, 60L);
  if (offset > 0) api.set(handle, option_range, range);
  api.set(handle, option_header, take_header);
  api.set(handle, option_header_data, &state);
  api.set(handle, option_write, take_body);
  api.set(handle, option_write_data, &state);
  api.set(handle, option_no_progress, 0L);
  api.set(handle, option_tick, tick);
  api.set(handle, option_tick_data, &state);
  int code = api.perform(handle);
  // A response without a body.
  if (code == 0 && tell_head(&state) != 0) code = code_write_error;
  api.cleanup(handle);
  if (code == 0) return wt_curl_done;
  if (code == code_write_error || code == code_stopped) return wt_curl_stopped;
  snprintf(reason, reason_size, "%s", error[0] ? error : api.message(code));
  return wt_curl_failed;
}
