/* The functions of the Parameter suite that take any number of arguments. Rust cannot define such functions; these fetch
   the arguments that the parameter's type calls for and leave everything else to Rust. */

#include <stdarg.h>

typedef struct OfxParamStruct *OfxParamHandle;
typedef int OfxStatus;

enum { MOST = 4 };

/* What a parameter holds, as Rust tells. */
enum { NOTHING, INTEGERS, DOUBLES, POINTER };

typedef union {
  int integer;
  double number;
  const void *pointer;
} Argument;

typedef enum { VALUE, VALUE_AT_TIME, DERIVATIVE, INTEGRAL } Question;

int ofx_host_param_holds(OfxParamHandle param, int *count);
OfxStatus ofx_host_param_get(OfxParamHandle param, int question, double from, double to, void *const *places);
OfxStatus ofx_host_param_set(OfxParamHandle param, const double *time, const Argument *arguments);

static OfxStatus get(OfxParamHandle param, Question question, double from, double to, va_list list) {
  void *places[MOST] = {0};
  int count = 0;
  ofx_host_param_holds(param, &count);
  for (int i = 0; i < count && i < MOST; i++)
    places[i] = va_arg(list, void *);
  return ofx_host_param_get(param, question, from, to, places);
}

static OfxStatus set(OfxParamHandle param, const double *time, va_list list) {
  Argument arguments[MOST] = {{0}};
  int count = 0;
  int holds = ofx_host_param_holds(param, &count);
  for (int i = 0; i < count && i < MOST; i++) {
    if (holds == INTEGERS)
      arguments[i].integer = va_arg(list, int);
    else if (holds == DOUBLES)
      arguments[i].number = va_arg(list, double);
    else
      arguments[i].pointer = va_arg(list, const void *);
  }
  return ofx_host_param_set(param, time, arguments);
}

#define WITH_ARGUMENTS(last, call) \
  va_list list; \
  va_start(list, last); \
  OfxStatus status = call; \
  va_end(list); \
  return status

OfxStatus ofx_host_shim_param_get_value(OfxParamHandle param, ...) {
  WITH_ARGUMENTS(param, get(param, VALUE, 0, 0, list));
}

OfxStatus ofx_host_shim_param_get_value_at_time(OfxParamHandle param, double time, ...) {
  WITH_ARGUMENTS(time, get(param, VALUE_AT_TIME, time, time, list));
}

OfxStatus ofx_host_shim_param_get_derivative(OfxParamHandle param, double time, ...) {
  WITH_ARGUMENTS(time, get(param, DERIVATIVE, time, time, list));
}

OfxStatus ofx_host_shim_param_get_integral(OfxParamHandle param, double from, double to, ...) {
  WITH_ARGUMENTS(to, get(param, INTEGRAL, from, to, list));
}

OfxStatus ofx_host_shim_param_set_value(OfxParamHandle param, ...) {
  WITH_ARGUMENTS(param, set(param, 0, list));
}

OfxStatus ofx_host_shim_param_set_value_at_time(OfxParamHandle param, double time, ...) {
  WITH_ARGUMENTS(time, set(param, &time, list));
}
