#pragma once

/*
 * What every schema has without writing it: the language's scalars and directives, and the types
 * of introspection (section 4), as SDL. Its type __Meta carries the meta-fields and is none that
 * anybody sees.
 */

#include "base/str.h"

extern const struct str gql_prelude;

#define GQL_PRELUDE_META STR("__Meta")
