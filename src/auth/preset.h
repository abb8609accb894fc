#pragma once

/*
 * What is particular about the tokens of well-known issuers, so that an operator names the issuer
 * instead of its claims. Looked up in their documentation (docs/authentication.md says where each
 * claim comes from); claims that users can write themselves are never read for tenants, scopes or
 * guilds.
 *
 * Threads: any; constants.
 */

#include "base/arena.h"

enum preset_kind {
    PRESET_NONE,
    PRESET_COGNITO,
    PRESET_SUPABASE,
    PRESET_AUTH0,
    PRESET_FIREBASE,
    PRESETS,
};

struct preset {
    const char *user; /* claims, as auth/claim.h finds them */
    const char *tenant;
    const char *scopes;
    const char *guilds;
    const char *required; /* as claim_demands_read() has it; NULL: nothing */
    const char *audience; /* when none is configured; NULL: any */

    const char *issuer_of_audience; /* the issuer is this and the audience; NULL: it is not */
    const char *jwks_of_issuer;     /* keys are at the issuer and this; NULL: they are not */
    const char *jwks_url;           /* they are here, for every issuer; NULL: they are not */

    /* Amazon Cognito: an access token names its audience in client_id, an id token in aud. */
    bool audience_by_use;
    /* The claim of scopes is there for other things too: without one of ours it means CHAT. */
    bool scopes_among_others;
    /* Their keys sign for others too: without it, strangers' tokens would pass. */
    bool needs_audience;
};

const struct preset *preset_of(enum preset_kind kind);

/* In the order of enum preset_kind; NULL ends them. */
extern const char *const preset_names[];

/* Where its keys are, and what a token's issuer must be, by what else is configured; absent when
 * that does not say. */
struct str preset_jwks_url(struct arena *arena, enum preset_kind kind, struct str issuer);
struct str preset_issuer(struct arena *arena, enum preset_kind kind, struct str audience);
