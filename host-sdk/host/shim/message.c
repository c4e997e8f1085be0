/* The message functions of OpenFX are variadic, which Rust can call but not define. Here the text is put together, and
   nothing else is done. */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* Takes the finished text, or null if there is none. `persistent` says which of the suite's functions was called. */
int ofx_host_message(int persistent, void *handle, const char *type, const char *id, const char *text);

static int passOn(int persistent, void *handle, const char *type, const char *id, const char *format, va_list values) {
  char brief[1024];
  char *text = brief;
  int status, length = -1;
  va_list again;
  va_copy(again, values);
  if (format) length = vsnprintf(brief, sizeof brief, format, values);
  if (length >= (int)sizeof brief) {
    text = malloc((size_t)length + 1);
    if (text) length = vsnprintf(text, (size_t)length + 1, format, again);
  }
  va_end(again);
  status = ofx_host_message(persistent, handle, type, id, length < 0 ? NULL : text);
  if (text != brief) free(text);
  return status;
}

int ofx_host_shim_message(void *handle, const char *type, const char *id, const char *format, ...) {
  int status;
  va_list values;
  va_start(values, format);
  status = passOn(0, handle, type, id, format, values);
  va_end(values);
  return status;
}

int ofx_host_shim_set_persistent_message(void *handle, const char *type, const char *id, const char *format, ...) {
  int status;
  va_list values;
  va_start(values, format);
  status = passOn(1, handle, type, id, format, values);
  va_end(values);
  return status;
}
