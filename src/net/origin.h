#pragma once

/*
 * Which web pages may use this server: a browser says in Origin which page speaks.
 */

#include "base/str.h"

/* origin: the header's value, absent when no browser speaks: allowed. The page's own server is
 * always allowed: an origin whose host and port are the request's Host. Others are when `allowed`,
 * a list between commas, names them ("https://chat.example") or is "*". */
bool origin_allowed(struct str allowed, struct str origin, struct str host);
